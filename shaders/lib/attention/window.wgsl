// Which slots a sliding window shows. Positions are read from the cache, since slots may lie in any order.
const HEAD_QUADS = HEAD_WORDS / QUAD_WORDS;

fn position_at(page : u32, kv_head : u32, slot : u32) -> u32 {
  let word = position_word(page, kv_head, slot);
  return quad_word(cache[word / QUAD_WORDS], word);
}

// Whether any slot of the page is less than WINDOW positions before a row at position `oldest` - 1. The newest slot is
// mostly the last, so the search begins there. Slots not in use hold anything: they can only make a page visible.
fn page_visible(page : u32, kv_head : u32, oldest : u32) -> bool {
  for (var slot = PAGE_SLOTS; slot > 0u; slot--) {
    if (position_at(page, kv_head, slot - 1u) + WINDOW >= oldest) { return true; }
  }
  return false;
}

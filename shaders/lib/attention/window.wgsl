// Which slots a row sees: the layer's sliding window, and with MASKED the mask of the row's sequence. Places are read
// from the cache, since slots may lie in any order. `oldest` is always the row's own place + 1.
// uses: lib/step-state, lib/kv.*, lib/cache-layout
// constants: WINDOW, MASKED
const HEAD_QUADS = HEAD_WORDS / QUAD_WORDS;
const HIDES = WINDOW > 0u || MASKED;

fn position_at(page : u32, kv_head : u32, slot : u32) -> u32 {
  let word = position_word(page, kv_head, slot);
  return quad_word(cache[word / QUAD_WORDS], word);
}

// A sequence's mask shows slots less than `window` places back, and the places below `sinks`.
struct Mask { window : u32, sinks : u32 }
fn mask_of(sequence : u32) -> Mask {
  if (!MASKED) { return Mask(0u, 0u); }
  let window = method_word(sequence, METHOD_WINDOW);
  return Mask(select(window, 0x7fffffffu, window == 0u), method_word(sequence, METHOD_WINDOW_SINKS));
}
fn shows(mask : Mask, oldest : u32, place : u32) -> bool {
  return (WINDOW == 0u || place + WINDOW >= oldest) && (!MASKED || place + mask.window >= oldest || place < mask.sinks);
}

// Whether the page shows any slot to a row whose place + 1 is `oldest`, or more. The newest slot is mostly the last, so the
// search begins there. Slots not in use hold anything: they can only make a page visible.
fn page_visible(page : u32, kv_head : u32, mask : Mask, oldest : u32) -> bool {
  for (var slot = PAGE_SLOTS; slot > 0u; slot--) {
    if (shows(mask, oldest, position_at(page, kv_head, slot - 1u))) { return true; }
  }
  return false;
}

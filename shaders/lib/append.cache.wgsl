// linear/qkv appends to the cache itself; store_pair is lib/store-pair.
// uses: lib/step-state, lib/step-rows, lib/kv.*, lib/cache-layout, lib/store-pair.*
fn append_pair(row : u32, is_key : bool, kv_head : u32, element : u32, pair : vec2f) {
  let slot = row_slot(row, kv_head);
  let page = page_of(row_sequence(row), params.layer, slot);
  if (is_key) {
    store_pair(key_word(page, kv_head, slot) + element / 2u * PAIR_WORDS, pair);
    if (element == 0u) { cache[position_word(page, kv_head, slot)] = row_place(row); }
  } else {
    store_pair(value_word(page, kv_head, slot) + element / 2u * PAIR_WORDS, pair);
  }
}

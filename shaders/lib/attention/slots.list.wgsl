// attention/decode-flash reads the slots on the row's list.
// uses: lib/step-state, lib/step-rows, lib/kv.*, lib/cache-layout, lib/attention/visible
// constants: KV_HEADS
@group(0) @binding(7) var<storage, read> selected : array<u32>;  // [rows, KV_HEADS, params.capacity + 1]: how many slots, then the slots
const LISTED = true;
fn list_at(row : u32, kv_head : u32) -> u32 { return (row * KV_HEADS + kv_head) * (params.capacity + 1u); }
fn slot_count(row : u32, kv_head : u32) -> u32 { return min(selected[list_at(row, kv_head)], params.capacity); }
fn page_at(row : u32, kv_head : u32, index : u32) -> u32 { return 0u; }

// Where the keys of the index-th slot begin, in quads, and whether the row sees it. Neighbours on the list may lie in different pages.
fn slot_quad(row : u32, kv_head : u32, page : u32, index : u32) -> u32 {
  let slot = selected[list_at(row, kv_head) + 1u + index];
  return key_word(page_of(row_sequence(row), params.layer, slot), kv_head, slot) / QUAD_WORDS;
}
fn slot_seen(sight : Sight, row : u32, kv_head : u32, page : u32, index : u32) -> bool {
  let slot = selected[list_at(row, kv_head) + 1u + index];
  return row_sees(sight, slot, place_in(page_of(row_sequence(row), params.layer, slot), kv_head, slot));
}
fn slot_key_scale(row : u32, kv_head : u32, page : u32, index : u32) -> f32 {
  let slot = selected[list_at(row, kv_head) + 1u + index];
  return key_scale(page_of(row_sequence(row), params.layer, slot), kv_head, slot);
}
fn slot_value_scale(row : u32, kv_head : u32, page : u32, index : u32) -> f32 {
  let slot = selected[list_at(row, kv_head) + 1u + index];
  return value_scale(page_of(row_sequence(row), params.layer, slot), kv_head, slot);
}

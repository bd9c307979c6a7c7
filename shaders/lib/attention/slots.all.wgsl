// attention/decode-flash reads every slot of the row's sequence, in pages.
// uses: lib/step-state, lib/step-rows, lib/kv.*, lib/cache-layout, lib/attention/visible
const LISTED = false;
fn slot_count(row : u32, kv_head : u32) -> u32 { return row_reach(row, sequence_length(row_sequence(row), params.layer, kv_head)); }
fn page_at(row : u32, kv_head : u32, index : u32) -> u32 { return page_of(row_sequence(row), params.layer, index); }

// Where the keys of the index-th slot begin, in quads, and whether the row sees it; `page` is that of a slot beside it.
fn slot_quad(row : u32, kv_head : u32, page : u32, index : u32) -> u32 { return key_word(page, kv_head, index) / QUAD_WORDS; }
fn slot_seen(sight : Sight, row : u32, kv_head : u32, page : u32, index : u32) -> bool {
  return row_sees(sight, index, place_in(page, kv_head, index));
}
fn slot_key_scale(row : u32, kv_head : u32, page : u32, index : u32) -> f32 { return key_scale(page, kv_head, index); }
fn slot_value_scale(row : u32, kv_head : u32, page : u32, index : u32) -> f32 { return value_scale(page, kv_head, index); }

// Bounds of keys (Quest: Tang et al. 2024, arXiv 2406.10774): of every closed block of BLOCK_SLOTS slots the smallest and largest
// element in each dimension, beside the layer's pages. The four blocks of a page lie side by side, so that threads that
// look at neighbouring blocks load neighbouring quads:
//   bounds  [pages][KV_HEADS][QUADS][2][4] vec4f: minima of the four blocks, then maxima
// The includer binds `bounds` and `cache`.
// uses: lib/kv.*, lib/cache-layout
// constants: KV_HEADS, HEAD_DIM
const QUADS = HEAD_DIM / 4u;

fn bounds_at(page : u32, kv_head : u32, quad : u32, block : u32) -> u32 { return ((page * KV_HEADS + kv_head) * QUADS + quad) * 8u + (block & 3u); }

// Writes one quad of the bounds of the block that ends at slot `last`.
fn close_block(page : u32, kv_head : u32, quad : u32, last : u32) {
  let first = key_word(page, kv_head, last - (BLOCK_SLOTS - 1u)) / QUAD_WORDS + quad;
  let begin = last - (BLOCK_SLOTS - 1u);
  var low = unpack_quad(cache[first]) * key_scale(page, kv_head, begin);
  var high = low;
  for (var i = 1u; i < BLOCK_SLOTS; i++) {
    let key = unpack_quad(cache[first + i * (HEAD_WORDS / QUAD_WORDS)]) * key_scale(page, kv_head, begin + i);
    low = min(low, key);
    high = max(high, key);
  }
  let at = bounds_at(page, kv_head, quad, last / BLOCK_SLOTS);
  bounds[at] = low;
  bounds[at + 4u] = high;
}

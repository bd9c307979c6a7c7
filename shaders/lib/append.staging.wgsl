// linear/qkv leaves keys and values as f32 [rows][2][KV_HEADS][HEAD_DIM], since a scale needs a whole head; what is bound
// as the cache is that staging buffer. cache/quantize-append appends them.
// constants: KV_HEADS, HEAD_DIM
fn append_pair(row : u32, is_key : bool, kv_head : u32, element : u32, pair : vec2f) {
  let at = ((row * 2u + select(1u, 0u, is_key)) * KV_HEADS + kv_head) * HEAD_DIM + element;
  cache[at] = bitcast<u32>(pair.x);
  cache[at + 1u] = bitcast<u32>(pair.y);
}

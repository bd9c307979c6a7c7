// A number drawn once for every token, layer and head: what stays is a fair sample of all that came.
// uses: lib/step-state, lib/philox
// constants: KV_HEADS
const STREAM_EVICT = 3u;
fn slot_score(sequence : u32, kv_head : u32, slot : u32, length : u32) -> f32 {
  let word = philox(params.layer * KV_HEADS + kv_head, place_at(sequence, kv_head, slot), STREAM_EVICT, sequence_word(sequence, SEQUENCE_SEED));
  return f32(word >> 8u);                                             // exact in f32
}

// The attention that the slot has received in all heads of the layer, which hold the same tokens in the same slots (TOVA).
// constants: KV_HEADS
fn slot_score(sequence : u32, kv_head : u32, slot : u32, length : u32) -> f32 {
  var sum = 0.0;
  for (var head = 0u; head < KV_HEADS; head++) { sum += mass_at(sequence, head, slot); }
  return sum;
}

// What may be stored of queries, keys and values; the kernel binds `faults : array<atomic<u32>>`.
// uses: lib/step-rows, lib/faults
const FINITE_BITS = 0x7f7fffffu;

// The pair; zeros, and a note of it, where an element's magnitude is larger than the one with bits `most`, or no number: what
// other sequences of the step weigh with 0 must be a number.
fn held(row : u32, pair : vec2f, most : u32) -> vec2f {
  let bits = bitcast<vec2u>(pair) & vec2u(0x7fffffffu);
  if (max(bits.x, bits.y) <= most) { return pair; }
  let fault = fault_at(row_sequence(row));
  atomicAdd(&faults[fault + FAULT_PAIRS], 1u);
  atomicMax(&faults[fault + FAULT_LAYER], 0xffffffffu - params.layer);
  return vec2f(0.0);
}

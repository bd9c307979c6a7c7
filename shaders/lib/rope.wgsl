// Rotary positions on neighbouring elements (2 i, 2 i + 1). The turn of a position is the product of two table entries,
// cos and sin of (position % TURN_SPAN) and of what is left of it: WGSL promises little of sin and cos of large angles.
//   turns  [TURN_SPAN + spans][ROPE_PAIRS] vec2f, two to a vec4f, from vectors[turns_at]
// constants: ROPE_PAIRS
const TURN_SHIFT = firstTrailingBit(TURN_SPAN);

fn turn_entry(turns_at : u32, index : u32) -> vec2f {
  let quad = vectors[turns_at + index / 2u];
  return select(quad.xy, quad.zw, (index & 1u) == 1u);
}
fn complex_product(a : vec2f, b : vec2f) -> vec2f { return vec2f(a.x * b.x - a.y * b.y, a.x * b.y + a.y * b.x); }
fn rotate(pair : vec2f, element : u32, position : u32, turns_at : u32) -> vec2f {
  let i = element / 2u;
  if (i >= ROPE_PAIRS) { return pair; }
  let low = turn_entry(turns_at, (position & (TURN_SPAN - 1u)) * ROPE_PAIRS + i);
  let high = turn_entry(turns_at, (TURN_SPAN + (position >> TURN_SHIFT)) * ROPE_PAIRS + i);
  return complex_product(pair, complex_product(low, high));
}

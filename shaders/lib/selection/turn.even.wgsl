// Every key is scored as if it lay `recent` places before the row, whatever its own place: turned by how much
// farther it is. It needs lib/rope.
// uses: lib/rope
// constants: ROPE_PAIRS
fn turned(vector : vec4f, quad : u32, by : u32) -> vec4f {
  if (quad * 2u >= ROPE_PAIRS) { return vector; }
  // The length of a turn (YaRN) is in keys and queries once each, and in this turn; one is meant to be there.
  let length = turn_entry(params.turns_at, 0u).x;
  let first = rotate(vector.xy, quad * 4u, by, params.turns_at) / (length * length);
  var second = vector.zw;
  if (quad * 2u + 1u < ROPE_PAIRS) { second = rotate(second, quad * 4u + 2u, by, params.turns_at) / (length * length); }
  return vec4f(first, second);
}
fn distance(place : u32, own : u32, recent : u32) -> u32 { return max(own, place + recent) - (place + recent); }

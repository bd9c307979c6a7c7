// Four bits of 32 weights in a vec4u: byte j holds weight j in its low and weight j + 16 in its high half.
fn nibble_bytes(words : vec4u, quad : u32) -> u32 {
  return (words[quad & 3u] >> ((quad >> 2u) * 4u)) & 0x0f0f0f0fu;
}
// Bits 4 quad ... 4 quad + 3 of a plane, one to a byte.
fn plane_bytes(plane : u32, quad : u32) -> u32 {
  return (((plane >> (quad * 4u)) & 15u) * 0x00204081u) & 0x01010101u;
}

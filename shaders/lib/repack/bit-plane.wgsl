// Bit `bit` of 32 bytes as one word, byte j's as bit j.
fn bit_plane(start : u32, bit : u32) -> u32 {
  let low = plane_nibbles((words_at(start) >> vec4u(bit)) & vec4u(0x01010101u));
  let high = plane_nibbles((words_at(start + 16u) >> vec4u(bit)) & vec4u(0x01010101u));
  return low | (high << 16u);
}
// The multiplication moves the bits 0, 8, 16 and 24 of a word to its upper four.
fn plane_nibbles(bits : vec4u) -> u32 {
  let nibbles = (bits * 0x10204080u) >> vec4u(28u);
  return nibbles.x | (nibbles.y << 4u) | (nibbles.z << 8u) | (nibbles.w << 12u);
}

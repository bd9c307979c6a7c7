// The 6-bit scale (low byte) and minimum (high byte) of block `sub` of a Q4_K or Q5_K super-block, packed in 12 bytes:
// blocks 0-3 in the low 6 bits of bytes sub and sub + 4; blocks 4-7 in the nibbles of byte sub + 4, with their upper two bits
// in the upper bits of bytes sub - 4 and sub.
// constants: ROW_TILE
fn k_scale(scales : u32, sub : u32) -> u32 {
  if (sub < 4u) { return (byte_at(scales + sub) & 63u) | ((byte_at(scales + sub + 4u) & 63u) << 8u); }
  let low = byte_at(scales + sub + 4u);
  let scale = (low & 15u) | ((byte_at(scales + sub - 4u) >> 6u) << 4u);
  let minimum = (low >> 4u) | ((byte_at(scales + sub) >> 6u) << 4u);
  return scale | (minimum << 8u);
}
// Scale and minimum of the super-block, then those of its blocks, two blocks to a word.
fn write_k_scales(source : u32, sub : u32, to : u32) {
  if (sub == 0u) { aux[to] = word_at(source); }
  if ((sub & 1u) == 0u) { aux[to + (1u + (sub >> 1u)) * ROW_TILE] = k_scale(source + 4u, sub) | (k_scale(source + 4u, sub + 1u) << 16u); }
}
// 32 nibbles of block `sub`: file order keeps two blocks in 32 bytes (low, then high halves); ours keeps weights j and j + 16 in byte j.
fn k_nibbles(source : u32, sub : u32) -> vec4u {
  let start = source + (sub >> 1u) * 32u;
  let shift = (sub & 1u) * 4u;
  let low = (words_at(start) >> vec4u(shift)) & vec4u(0x0f0f0f0fu);
  let high = (words_at(start + 16u) >> vec4u(shift)) & vec4u(0x0f0f0f0fu);
  return low | (high << vec4u(4u));
}

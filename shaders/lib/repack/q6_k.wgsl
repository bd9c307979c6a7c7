// Q6_K: 128 bytes of low nibbles, 64 bytes of upper bit pairs, 16 signed scales, f16 scale. In each half of 128 weights,
// block `quarter` (0-3) has its nibbles in bytes 32 (quarter & 1) + j, half quarter >> 1, and its upper bits at 2 quarter of byte j.
// uses: lib/weights/layout, lib/repack/bit-plane
// constants: ROW_TILE
fn code_words(source : u32, sub : u32, part : u32) -> vec4u {
  let quarter = sub & 3u;
  let low = source + (sub >> 2u) * 64u + (quarter & 1u) * 32u;
  let shift = (quarter >> 1u) * 4u;
  let first = (words_at(low) >> vec4u(shift)) & vec4u(0x0f0f0f0fu);
  let second = (words_at(low + 16u) >> vec4u(shift)) & vec4u(0x0f0f0f0fu);
  return first | (second << vec4u(4u));
}
fn write_aux(source : u32, sub : u32, row : u32, block : u32) {
  let to = aux_at(row, block);
  if (sub == 0u) { aux[to] = half_at(source + 208u); }
  if ((sub & 1u) == 0u) { aux[to + (1u + (sub >> 1u)) * ROW_TILE] = word_at(source + 192u + 2u * sub); }
  let high = source + 128u + (sub >> 2u) * 32u;
  aux[to + (5u + 2u * sub) * ROW_TILE] = bit_plane(high, 2u * (sub & 3u));
  aux[to + (6u + 2u * sub) * ROW_TILE] = bit_plane(high, 2u * (sub & 3u) + 1u);
}

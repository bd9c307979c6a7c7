// Q6_K: 128 bytes of low nibbles, 64 bytes of upper bit pairs, 16 signed scales, f16 scale. In each half of 128 weights,
// block `part` (0-3) has its nibbles in bytes 32 (part & 1) + j, half part >> 1, and its upper bits at 2 part of byte j.
fn repack_unit(source : u32, row : u32, block : u32) {
  let to = aux_at(row, block);
  aux[to] = half_at(source + 208u);
  for (var i = 0u; i < 4u; i++) { aux[to + (1u + i) * ROW_TILE] = word_at(source + 192u + 4u * i); }
  for (var sub = 0u; sub < 8u; sub++) {
    let part = sub & 3u;
    let low = source + (sub >> 2u) * 64u + (part & 1u) * 32u;
    let shift = (part >> 1u) * 4u;
    let first = (words_at(low) >> vec4u(shift)) & vec4u(0x0f0f0f0fu);
    let second = (words_at(low + 16u) >> vec4u(shift)) & vec4u(0x0f0f0f0fu);
    codes[code_at(row, block + sub)] = first | (second << vec4u(4u));
    let high = source + 128u + (sub >> 2u) * 32u;
    var planes = vec2u(0u);
    for (var j = 0u; j < 32u; j++) {
      let bits = byte_at(high + j) >> (2u * part);
      planes |= vec2u(bits & 1u, (bits >> 1u) & 1u) << vec2u(j);
    }
    aux[to + (5u + 2u * sub) * ROW_TILE] = planes.x;
    aux[to + (6u + 2u * sub) * ROW_TILE] = planes.y;
  }
}

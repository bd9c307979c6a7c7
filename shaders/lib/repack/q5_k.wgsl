// Q5_K: f16 scale and minimum, 12 bytes of 6-bit scales, 32 bytes of fifth bits (bit `sub` of byte j), 128 bytes of nibbles.
fn repack_unit(source : u32, row : u32, block : u32) {
  let to = aux_at(row, block);
  aux[to] = word_at(source);
  for (var sub = 0u; sub < 8u; sub++) {
    if ((sub & 1u) == 0u) { aux[to + (1u + (sub >> 1u)) * ROW_TILE] = k_scale(source + 4u, sub) | (k_scale(source + 4u, sub + 1u) << 16u); }
    var plane = 0u;
    for (var j = 0u; j < 32u; j++) { plane |= ((byte_at(source + 16u + j) >> sub) & 1u) << j; }
    aux[to + (5u + sub) * ROW_TILE] = plane;
    codes[code_at(row, block + sub)] = k_nibbles(source + 48u, sub);
  }
}

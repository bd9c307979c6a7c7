// Q5_0: f16 scale, 32 fifth bits, 16 bytes of nibbles. A unit is two blocks; the last one of a row may be alone.
fn repack_unit(source : u32, row : u32, block : u32) {
  let to = aux_at(row, block);
  var scales = 0u;
  for (var i = 0u; i < min(2u, BLOCKS - block); i++) {
    let start = source + i * 22u;
    scales |= half_at(start) << (i * 16u);
    aux[to + (1u + i) * ROW_TILE] = word_at(start + 2u);
    codes[code_at(row, block + i)] = words_at(start + 6u);
  }
  aux[to] = scales;
}

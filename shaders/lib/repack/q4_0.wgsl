// Q4_0: f16 scale, 16 bytes of nibbles. A unit is two blocks that share an aux word; the last one of a row may be alone.
fn repack_unit(source : u32, row : u32, block : u32) {
  var scales = 0u;
  for (var i = 0u; i < min(2u, BLOCKS - block); i++) {
    let start = source + i * 18u;
    scales |= half_at(start) << (i * 16u);
    codes[code_at(row, block + i)] = words_at(start + 2u);
  }
  aux[aux_at(row, block)] = scales;
}

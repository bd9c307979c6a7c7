// Q8_0: f16 scale, 32 signed bytes. A unit is two blocks that share an aux word; the last one of a row may be alone.
fn repack_unit(source : u32, row : u32, block : u32) {
  var scales = 0u;
  for (var i = 0u; i < min(2u, BLOCKS - block); i++) {
    let start = source + i * 34u;
    scales |= half_at(start) << (i * 16u);
    let at = code_at(row, block + i);
    codes[at] = words_at(start + 2u);
    codes[at + ROW_TILE] = words_at(start + 18u);
  }
  aux[aux_at(row, block)] = scales;
}

// Q5_1: f16 scale, f16 minimum, 32 fifth bits, 16 bytes of nibbles.
fn repack_unit(source : u32, row : u32, block : u32) {
  let to = aux_at(row, block);
  aux[to] = word_at(source);
  aux[to + ROW_TILE] = word_at(source + 4u);
  codes[code_at(row, block)] = words_at(source + 8u);
}

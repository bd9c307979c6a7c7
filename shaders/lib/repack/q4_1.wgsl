// Q4_1: f16 scale, f16 minimum, 16 bytes of nibbles.
fn repack_unit(source : u32, row : u32, block : u32) {
  aux[aux_at(row, block)] = word_at(source);
  codes[code_at(row, block)] = words_at(source + 4u);
}

// Q5_1: f16 scale, f16 minimum, 32 fifth bits, 16 bytes of nibbles.
// uses: lib/weights/layout
// constants: ROW_TILE
fn code_words(source : u32, sub : u32, part : u32) -> vec4u { return words_at(source + 8u); }
fn write_aux(source : u32, sub : u32, row : u32, block : u32) {
  let to = aux_at(row, block);
  aux[to] = word_at(source);
  aux[to + ROW_TILE] = word_at(source + 4u);
}

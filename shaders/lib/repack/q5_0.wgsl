// Q5_0: f16 scale, 32 fifth bits, 16 bytes of nibbles. A unit is two blocks that share the word of scales.
// uses: lib/weights/layout, lib/repack/pair-scales
// constants: ROW_TILE
fn code_words(source : u32, sub : u32, part : u32) -> vec4u { return words_at(source + sub * 22u + 6u); }
fn write_aux(source : u32, sub : u32, row : u32, block : u32) {
  let to = aux_at(row, block);
  if (sub == 0u) { aux[to] = pair_scales(source, block); }
  aux[to + (1u + sub) * ROW_TILE] = word_at(source + sub * 22u + 2u);
}

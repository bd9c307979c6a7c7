// Q4_0: f16 scale, 16 bytes of nibbles. A unit is two blocks that share an aux word.
// uses: lib/weights/layout, lib/repack/pair-scales
fn code_words(source : u32, sub : u32, part : u32) -> vec4u { return words_at(source + sub * 18u + 2u); }
fn write_aux(source : u32, sub : u32, row : u32, block : u32) {
  if (sub == 0u) { aux[aux_at(row, block)] = pair_scales(source, block); }
}

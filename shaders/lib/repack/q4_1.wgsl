// Q4_1: f16 scale, f16 minimum, 16 bytes of nibbles.
// uses: lib/weights/layout
fn code_words(source : u32, sub : u32, part : u32) -> vec4u { return words_at(source + 4u); }
fn write_aux(source : u32, sub : u32, row : u32, block : u32) { aux[aux_at(row, block)] = word_at(source); }

// F32, F16 and BF16: the block's words as they are.
fn code_words(source : u32, sub : u32, part : u32) -> vec4u { return words_at(source + part * 16u); }
fn write_aux(source : u32, sub : u32, row : u32, block : u32) {}

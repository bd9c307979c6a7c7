// Q4_K: f16 scale and minimum, 12 bytes of 6-bit scales, 128 bytes of nibbles.
// uses: lib/weights/layout, lib/repack/k-scales
fn code_words(source : u32, sub : u32, part : u32) -> vec4u { return k_nibbles(source + 16u, sub); }
fn write_aux(source : u32, sub : u32, row : u32, block : u32) { write_k_scales(source, sub, aux_at(row, block)); }

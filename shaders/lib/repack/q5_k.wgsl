// Q5_K: f16 scale and minimum, 12 bytes of 6-bit scales, 32 bytes of fifth bits (bit `sub` of byte j), 128 bytes of nibbles.
// uses: lib/weights/layout, lib/repack/k-scales, lib/repack/bit-plane
// constants: ROW_TILE
fn code_words(source : u32, sub : u32, part : u32) -> vec4u { return k_nibbles(source + 48u, sub); }
fn write_aux(source : u32, sub : u32, row : u32, block : u32) {
  let to = aux_at(row, block);
  write_k_scales(source, sub, to);
  aux[to + (5u + sub) * ROW_TILE] = bit_plane(source + 16u, sub);
}

// The f16 scales of the two blocks of a unit, each at the start of its UNIT_BYTES / 2 bytes; the last block of a row may be alone.
// constants: UNIT_BYTES
fn pair_scales(source : u32, block : u32) -> u32 {
  let second = select(0u, half_at(source + UNIT_BYTES / 2u), block + 1u < params.blocks);
  return half_at(source) | (second << 16u);
}

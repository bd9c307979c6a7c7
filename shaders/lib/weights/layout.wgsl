// How a matrix of blocks * 32 columns lies in memory after repacking.
//   codes  [row tile][block][BLOCK_CODES][ROW_TILE] vec4u: the quantised numbers of 32 neighbouring weights of a row
//   aux    [row tile][unit][UNIT_WORDS][ROW_TILE] u32: scales and further bits of UNIT_BLOCKS neighbouring blocks
// ROW_TILE rows lie beside each other, so that neighbouring lanes read neighbouring words whether they
// hold neighbouring rows or the same row's next blocks.
// constants: ROW_TILE, BLOCK_CODES, UNIT_BLOCKS, UNIT_WORDS
fn units() -> u32 { return (params.blocks + UNIT_BLOCKS - 1u) / UNIT_BLOCKS; }

fn code_at(row : u32, block : u32) -> u32 {
  return ((row / ROW_TILE) * params.blocks + block) * (BLOCK_CODES * ROW_TILE) + row % ROW_TILE;
}
fn aux_at(row : u32, block : u32) -> u32 {
  return ((row / ROW_TILE) * units() + block / UNIT_BLOCKS) * (UNIT_WORDS * ROW_TILE) + row % ROW_TILE;
}

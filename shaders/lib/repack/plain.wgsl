// F32, F16 and BF16: the block's words as they are.
fn repack_unit(source : u32, row : u32, block : u32) {
  let at = code_at(row, block);
  for (var i = 0u; i < BLOCK_CODES; i++) { codes[at + i * ROW_TILE] = words_at(source + i * 16u); }
}

// Q8_0: a block is 2 vec4u of signed bytes; aux holds the f16 scales of two blocks.
// uses: lib/weights/layout
// constants: ROW_TILE
struct Block { first : vec4u, second : vec4u, scale : vec2f, offset : f32 }
fn load_block(row : u32, block : u32) -> Block {
  let at = code_at(row, block);
  let scale = unpack2x16float(aux[aux_at(row, block)])[block & 1u];
  return Block(codes[at], codes[at + ROW_TILE], vec2f(scale), 0.0);
}
fn block_codes(block : Block, quad : u32) -> u32 { return select(block.first, block.second, quad >= 4u)[quad & 3u]; }
fn block_quad(block : Block, quad : u32) -> vec4f { return vec4f(unpack4xI8(block_codes(block, quad))); }

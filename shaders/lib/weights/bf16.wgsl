// BF16: a block is 4 vec4u of packed pairs; a bf16 is the upper half of an f32.
// uses: lib/weights/layout
// constants: ROW_TILE
struct Block { at : u32, scale : vec2f, offset : f32 }
fn load_block(row : u32, block : u32) -> Block { return Block(code_at(row, block), vec2f(1.0), 0.0); }
fn block_quad(block : Block, quad : u32) -> vec4f {
  let words = codes[block.at + (quad >> 1u) * ROW_TILE];
  let pair = select(words.xy, words.zw, (quad & 1u) == 1u);
  return bitcast<vec4f>(vec4u(pair.x << 16u, pair.x & 0xffff0000u, pair.y << 16u, pair.y & 0xffff0000u));
}

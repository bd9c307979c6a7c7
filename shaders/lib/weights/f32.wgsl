// F32: a block is 8 vec4u of floats.
// uses: lib/weights/layout
// constants: ROW_TILE
struct Block { at : u32, scale : vec2f, offset : f32 }
fn load_block(row : u32, block : u32) -> Block { return Block(code_at(row, block), vec2f(1.0), 0.0); }
fn block_quad(block : Block, quad : u32) -> vec4f { return bitcast<vec4f>(codes[block.at + quad * ROW_TILE]); }

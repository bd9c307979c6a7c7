// Q4_0: nibbles around a zero of 8; aux holds the f16 scales of two blocks.
// uses: lib/weights/layout, lib/weights/nibbles
struct Block { nibbles : vec4u, scale : vec2f, offset : f32 }
fn load_block(row : u32, block : u32) -> Block {
  let scale = unpack2x16float(aux[aux_at(row, block)])[block & 1u];
  return Block(codes[code_at(row, block)], vec2f(scale), -8.0 * scale);
}
fn block_codes(block : Block, quad : u32) -> u32 { return nibble_bytes(block.nibbles, quad); }
fn block_quad(block : Block, quad : u32) -> vec4f { return vec4f(unpack4xU8(block_codes(block, quad))); }

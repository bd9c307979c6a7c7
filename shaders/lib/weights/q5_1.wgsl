// Q5_1: nibbles and a plane of fifth bits; aux: f16 scale and minimum, then the plane.
// uses: lib/weights/layout, lib/weights/nibbles
// constants: ROW_TILE
struct Block { nibbles : vec4u, plane : u32, scale : vec2f, offset : f32 }
fn load_block(row : u32, block : u32) -> Block {
  let at = aux_at(row, block);
  let pair = unpack2x16float(aux[at]);
  return Block(codes[code_at(row, block)], aux[at + ROW_TILE], vec2f(pair.x), pair.y);
}
fn block_codes(block : Block, quad : u32) -> u32 {
  return nibble_bytes(block.nibbles, quad) | (plane_bytes(block.plane, quad) << 4u);
}
fn block_quad(block : Block, quad : u32) -> vec4f { return vec4f(unpack4xU8(block_codes(block, quad))); }

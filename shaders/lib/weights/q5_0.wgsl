// Q5_0: nibbles and a plane of fifth bits around a zero of 16; aux: the f16 scales of two blocks, then their planes.
// uses: lib/weights/layout, lib/weights/nibbles
// constants: ROW_TILE
struct Block { nibbles : vec4u, plane : u32, scale : vec2f, offset : f32 }
fn load_block(row : u32, block : u32) -> Block {
  let at = aux_at(row, block);
  let scale = unpack2x16float(aux[at])[block & 1u];
  return Block(codes[code_at(row, block)], aux[at + (1u + (block & 1u)) * ROW_TILE], vec2f(scale), -16.0 * scale);
}
fn block_codes(block : Block, quad : u32) -> u32 {
  return nibble_bytes(block.nibbles, quad) | (plane_bytes(block.plane, quad) << 4u);
}
fn block_quad(block : Block, quad : u32) -> vec4f { return vec4f(unpack4xU8(block_codes(block, quad))); }

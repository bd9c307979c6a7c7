// Q5_K: as Q4_K, and per block a plane of fifth bits after the scales.
// uses: lib/weights/layout, lib/weights/nibbles
// constants: ROW_TILE
struct Block { nibbles : vec4u, plane : u32, scale : vec2f, offset : f32 }
fn load_block(row : u32, block : u32) -> Block {
  let at = aux_at(row, block);
  let super_scale = unpack2x16float(aux[at]);
  let sub = block & 7u;
  let bytes = aux[at + (1u + (sub >> 1u)) * ROW_TILE] >> ((sub & 1u) * 16u);
  let scale = vec2f(super_scale.x * f32(bytes & 255u));
  let offset = -super_scale.y * f32((bytes >> 8u) & 255u);
  return Block(codes[code_at(row, block)], aux[at + (5u + sub) * ROW_TILE], scale, offset);
}
fn block_codes(block : Block, quad : u32) -> u32 {
  return nibble_bytes(block.nibbles, quad) | (plane_bytes(block.plane, quad) << 4u);
}
fn block_quad(block : Block, quad : u32) -> vec4f { return vec4f(unpack4xU8(block_codes(block, quad))); }

// Q4_K: nibbles; aux of 8 blocks: f16 (scale, minimum) of the super-block, then per block 6-bit scale and minimum, a byte each.
// uses: lib/weights/layout, lib/weights/nibbles
// constants: ROW_TILE
struct Block { nibbles : vec4u, scale : vec2f, offset : f32 }
fn load_block(row : u32, block : u32) -> Block {
  let at = aux_at(row, block);
  let super_scale = unpack2x16float(aux[at]);
  let sub = block & 7u;
  let bytes = aux[at + (1u + (sub >> 1u)) * ROW_TILE] >> ((sub & 1u) * 16u);
  return Block(codes[code_at(row, block)], vec2f(super_scale.x * f32(bytes & 255u)), -super_scale.y * f32((bytes >> 8u) & 255u));
}
fn block_codes(block : Block, quad : u32) -> u32 { return nibble_bytes(block.nibbles, quad); }
fn block_quad(block : Block, quad : u32) -> vec4f { return vec4f(unpack4xU8(block_codes(block, quad))); }

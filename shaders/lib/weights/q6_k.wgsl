// Q6_K: nibbles and two planes around a zero of 32; aux of 8 blocks: f16 scale of the super-block, 16 signed
// scale bytes (one for 16 weights), then the two planes of each block.
// uses: lib/weights/layout, lib/weights/nibbles
// constants: ROW_TILE
struct Block { nibbles : vec4u, planes : vec2u, scale : vec2f, offset : f32 }
fn load_block(row : u32, block : u32) -> Block {
  let at = aux_at(row, block);
  let sub = block & 7u;
  let bytes = unpack4xI8(aux[at + (1u + (sub >> 1u)) * ROW_TILE]);
  let pair = select(bytes.xy, bytes.zw, (sub & 1u) == 1u);
  let planes = vec2u(aux[at + (5u + 2u * sub) * ROW_TILE], aux[at + (6u + 2u * sub) * ROW_TILE]);
  return Block(codes[code_at(row, block)], planes, unpack2x16float(aux[at]).x * vec2f(pair), 0.0);
}
fn six_bits(block : Block, quad : u32) -> u32 {
  return nibble_bytes(block.nibbles, quad) | (plane_bytes(block.planes.x, quad) << 4u) | (plane_bytes(block.planes.y, quad) << 5u);
}
// Subtracts 32 from each byte; the upper bit keeps the borrow from the next.
fn block_codes(block : Block, quad : u32) -> u32 { return ((six_bits(block, quad) | 0x80808080u) - 0x20202020u) ^ 0x80808080u; }
fn block_quad(block : Block, quad : u32) -> vec4f { return vec4f(unpack4xU8(six_bits(block, quad))) - 32.0; }

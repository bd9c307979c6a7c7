// Turns rows of raw GGUF blocks into codes and aux (lib/weights/layout). One invocation per [row, vec4u of codes], which
// keeps it free of loops; the first of a block writes what the block adds to aux. The included format says how:
// code_words(first byte of the unit, block in the unit, part) and write_aux(first byte of the unit, block in the unit, row, block).
// uses: lib/weights/layout, lib/repack/*
// constants: ROW_TILE, BLOCK_CODES, UNIT_BLOCKS, UNIT_BYTES
struct Params { blocks : u32, first_row : u32, row_stride : u32, rows : u32, row_bytes : u32 }
@group(0) @binding(0) var<uniform> params : Params;
@group(0) @binding(1) var<storage, read> raw : array<u32>;              // [rows][row_bytes], as in the file
@group(0) @binding(2) var<storage, read_write> codes : array<vec4u>;    // the whole matrix
@group(0) @binding(3) var<storage, read_write> aux : array<u32>;        // the whole matrix

fn byte_at(at : u32) -> u32 { return (raw[at >> 2u] >> ((at & 3u) * 8u)) & 255u; }
fn half_at(at : u32) -> u32 { return byte_at(at) | (byte_at(at + 1u) << 8u); }
// Four bytes at any address: of two words where it lies across them.
fn word_at(at : u32) -> u32 {
  let shift = (at & 3u) * 8u;
  let low = raw[at >> 2u] >> shift;
  return select(low | (raw[(at >> 2u) + 1u] << ((32u - shift) & 31u)), low, shift == 0u);
}
// Sixteen bytes at any address.
fn words_at(at : u32) -> vec4u {
  let shift = (at & 3u) * 8u;
  let first = at >> 2u;
  let low = vec4u(raw[first], raw[first + 1u], raw[first + 2u], raw[first + 3u]);
  let high = vec4u(low.yzw, raw[first + 4u]);
  return select((low >> vec4u(shift)) | (high << vec4u((32u - shift) & 31u)), low, shift == 0u);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id : vec3u) {
  let block = id.x / BLOCK_CODES;
  let part = id.x % BLOCK_CODES;
  let source_row = id.y;
  if (block >= params.blocks || source_row >= params.rows) { return; }
  let row = params.first_row + source_row * params.row_stride;
  let source = source_row * params.row_bytes + block / UNIT_BLOCKS * UNIT_BYTES;
  let sub = block % UNIT_BLOCKS;
  codes[code_at(row, block) + part * ROW_TILE] = code_words(source, sub, part);
  if (part == 0u) { write_aux(source, sub, row, block); }
}

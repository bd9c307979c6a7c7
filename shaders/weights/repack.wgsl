// Turns rows of raw GGUF blocks into codes and aux (lib/weights/layout). One invocation per [row, unit].
// The included format says how a unit's bytes become words: repack_unit(source byte, row, first block).
struct Params { first_row : u32, row_stride : u32, rows : u32, row_bytes : u32 }
@group(0) @binding(0) var<uniform> params : Params;
@group(0) @binding(1) var<storage, read> raw : array<u32>;              // [rows][row_bytes], as in the file
@group(0) @binding(2) var<storage, read_write> codes : array<vec4u>;    // the whole matrix
@group(0) @binding(3) var<storage, read_write> aux : array<u32>;        // the whole matrix

fn byte_at(at : u32) -> u32 { return (raw[at >> 2u] >> ((at & 3u) * 8u)) & 255u; }
fn half_at(at : u32) -> u32 { return byte_at(at) | (byte_at(at + 1u) << 8u); }
fn word_at(at : u32) -> u32 {
  let shift = (at & 3u) * 8u;
  let low = raw[at >> 2u] >> shift;
  return select(low | (raw[(at >> 2u) + 1u] << ((32u - shift) & 31u)), low, shift == 0u);
}
fn words_at(at : u32) -> vec4u { return vec4u(word_at(at), word_at(at + 4u), word_at(at + 8u), word_at(at + 12u)); }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id : vec3u) {
  let unit = id.x;
  let source_row = id.y;
  if (unit >= UNITS || source_row >= params.rows) { return; }
  let row = params.first_row + source_row * params.row_stride;
  repack_unit(source_row * params.row_bytes + unit * UNIT_BYTES, row, unit * UNIT_BLOCKS);
}

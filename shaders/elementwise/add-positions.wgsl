// Adds the row of a table to every row, by where the row stands: positions that were learned. One invocation per [row, quad].
// uses: lib/step-rows, lib/weights/*
struct Params { blocks : u32, outputs : u32, layer : u32 }
@group(0) @binding(0) var<uniform> params : Params;
@group(0) @binding(1) var<storage, read> codes : array<vec4u>;        // lib/weights/layout
@group(0) @binding(2) var<storage, read> aux : array<u32>;            // lib/weights/layout
@group(0) @binding(3) var<storage, read> state : array<u32>;          // lib/step-state
@group(0) @binding(4) var<storage, read_write> y : array<vec4f>;      // [rows, blocks * 8]

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id : vec3u) {
  let quad = id.x;
  let row = id.y;
  if (quad >= params.blocks * 8u || !row_valid(row)) { return; }
  let block = load_block(min(row_place(row), params.outputs - 1u), quad / 8u);
  let part = quad % 8u;
  y[row * (params.blocks * 8u) + quad] += block_quad(block, part) * select(block.scale.x, block.scale.y, part >= 4u) + block.offset;
}

// The embedding of every row's token, dequantised from the same codes as the tied head. One invocation per [row, quad].
// A table larger than a binding is a few shards: this one's ids begin at first_id; other ids are left to the others.
// uses: lib/step-rows, lib/weights/*
struct Params { blocks : u32, outputs : u32, first_id : u32, scale : f32, layer : u32 }
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
  let token = row_token(row);
  if (token < params.first_id || token >= params.first_id + params.outputs) { return; }
  let block = load_block(token - params.first_id, quad / 8u);
  let part = quad % 8u;
  let value = block_quad(block, part) * select(block.scale.x, block.scale.y, part >= 4u) + block.offset;
  y[row * (params.blocks * 8u) + quad] = value * params.scale;
}

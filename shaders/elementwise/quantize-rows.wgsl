// Rows as int8 in blocks of 32 with a scale each (lib/linear/int8-block). One invocation per block.
// uses: lib/linear/int8-block
struct Params { blocks : u32 }
@group(0) @binding(0) var<uniform> params : Params;
@group(0) @binding(1) var<storage, read> x : array<vec4f>;            // [blocks, 8], blocks of all rows
@group(0) @binding(2) var<storage, read_write> y : array<vec4u>;      // [blocks, 3]

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id : vec3u, @builtin(num_workgroups) groups : vec3u) {
  let block = id.x + id.y * groups.x * 64u;
  if (block >= params.blocks) { return; }
  var quads : array<vec4f, 8>;
#for q in 8
  quads[$q] = x[block * 8u + $qu];
#end
  let coded = int8_block(quads);
  y[block * 3u] = coded.first;
  y[block * 3u + 1u] = coded.second;
  y[block * 3u + 2u] = coded.scales;
}

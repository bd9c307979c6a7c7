// y = silu(gate) * y, where gate and up come from matrices of different types and y holds up. One invocation per quad.
struct Params { count : u32 }
@group(0) @binding(0) var<uniform> params : Params;
@group(0) @binding(1) var<storage, read> gate : array<vec4f>;         // [count / 4]
@group(0) @binding(2) var<storage, read_write> y : array<vec4f>;      // [count / 4]

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id : vec3u, @builtin(num_workgroups) groups : vec3u) {
  let quad = id.x + id.y * groups.x * 64u;
  if (quad >= params.count / 4u) { return; }
  let g = gate[quad];
  // exp(-x) overflows below -88, where silu is 0 to f32 precision.
  y[quad] = g / (1.0 + exp(-max(g, vec4f(-80.0)))) * y[quad];
}

// What the experts of a row found, each by its weight, added to the residual stream times a factor. One invocation per [row, quad].
// constants: USED
struct Params { quads : u32, rows : u32, factor : f32 }
@group(0) @binding(0) var<uniform> params : Params;
@group(0) @binding(1) var<storage, read> routes : array<vec2u>;       // [rows, USED]: moe/route
@group(0) @binding(2) var<storage, read> x : array<vec4f>;            // [rows, USED, quads]
@group(0) @binding(3) var<storage, read_write> y : array<vec4f>;      // [rows, quads]

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id : vec3u) {
  let quad = id.x;
  let row = id.y;
  if (quad >= params.quads || row >= params.rows) { return; }
  var sum = vec4f(0.0);
  for (var i = 0u; i < USED; i++) { sum += bitcast<f32>(routes[row * USED + i].y) * x[(row * USED + i) * params.quads + quad]; }
  y[row * params.quads + quad] += params.factor * sum;
}

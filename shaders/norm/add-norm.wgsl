// A norm behind a branch of the network: y += factor * RMSNorm(x) of each row. One workgroup per row.
// uses: lib/step-rows
// constants: HIDDEN, THREADS
struct Params { epsilon : f32, gain_at : u32, factor : f32, rows : u32, layer : u32 }
@group(0) @binding(0) var<uniform> params : Params;
@group(0) @binding(1) var<storage, read> state : array<u32>;      // [step state]
@group(0) @binding(2) var<storage, read> x : array<vec4f>;        // [rows, HIDDEN / 4]: the branch
@group(0) @binding(3) var<storage, read> gain : array<vec4f>;     // [HIDDEN / 4] at gain_at
@group(0) @binding(4) var<storage, read_write> y : array<vec4f>;  // [rows, HIDDEN / 4]: the residual stream

const QUADS = HIDDEN / 4u;

var<workgroup> squares : array<f32, THREADS>;

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group : vec3u, @builtin(local_invocation_index) t : u32) {
  let row = group.x;
  if (row >= row_count()) { return; }
  var sum = 0.0;
  for (var i = t; i < QUADS; i += THREADS) {
    let quad = x[row * QUADS + i];
    sum += dot(quad, quad);
  }
  squares[t] = sum;
  workgroupBarrier();
  var total = 0.0;
  for (var i = 0u; i < THREADS; i++) { total += squares[i]; }
  let factor = params.factor * inverseSqrt(total / f32(HIDDEN) + params.epsilon);
  for (var i = t; i < QUADS; i += THREADS) { y[row * QUADS + i] += x[row * QUADS + i] * gain[params.gain_at + i] * factor; }
}

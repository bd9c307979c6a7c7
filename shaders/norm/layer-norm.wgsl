// Layer norm of each row (Ba et al. 2016, arXiv 1607.06450): y = (x - mean) / sqrt(variance + epsilon) * gain, with BIASED + bias.
// One workgroup per row; the variance is that of the differences, in a pass of its own.
// uses: lib/step-rows
// constants: HIDDEN, THREADS, BIASED
struct Params { epsilon : f32, gain_at : u32, bias_at : u32, rows : u32, layer : u32 }
@group(0) @binding(0) var<uniform> params : Params;
@group(0) @binding(1) var<storage, read> state : array<u32>;      // [step state]
@group(0) @binding(2) var<storage, read> x : array<vec4f>;        // [rows, HIDDEN / 4]
@group(0) @binding(3) var<storage, read> vectors : array<vec4f>;  // gain [HIDDEN / 4] at gain_at, bias at bias_at
@group(0) @binding(4) var<storage, read_write> y : array<vec4f>;  // [rows, HIDDEN / 4]

const QUADS = HIDDEN / 4u;

var<workgroup> found : array<f32, THREADS>;

// The sum of what the threads found, the same for all and in the same order in every run.
fn total_of(t : u32, value : f32) -> f32 {
  workgroupBarrier();
  found[t] = value;
  workgroupBarrier();
  var total = 0.0;
  for (var i = 0u; i < THREADS; i++) { total += found[i]; }
  return total;
}

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group : vec3u, @builtin(local_invocation_index) t : u32) {
  let row = group.x;
  if (row >= row_count()) { return; }
  var sum = 0.0;
  for (var i = t; i < QUADS; i += THREADS) { sum += dot(x[row * QUADS + i], vec4f(1.0)); }
  let mean = total_of(t, sum) / f32(HIDDEN);
  var squares = 0.0;
  for (var i = t; i < QUADS; i += THREADS) {
    let difference = x[row * QUADS + i] - mean;
    squares += dot(difference, difference);
  }
  let factor = inverseSqrt(total_of(t, squares) / f32(HIDDEN) + params.epsilon);
  for (var i = t; i < QUADS; i += THREADS) {
    var value = (x[row * QUADS + i] - mean) * factor * vectors[params.gain_at + i];
    if (BIASED) { value += vectors[params.bias_at + i]; }
    y[row * QUADS + i] = value;
  }
}

// Layer norm of the residual stream itself, as encoders have it behind every sum (Devlin et al. 2018, arXiv 1810.04805):
// x = LayerNorm(x), with SHIFTED of x + shift, a vector that all rows share. One workgroup per row.
// uses: lib/step-rows
// constants: HIDDEN, THREADS, SHIFTED
struct Params { epsilon : f32, gain_at : u32, bias_at : u32, shift_at : u32, rows : u32, layer : u32 }
@group(0) @binding(0) var<uniform> params : Params;
@group(0) @binding(1) var<storage, read> state : array<u32>;      // [step state]
@group(0) @binding(2) var<storage, read> vectors : array<vec4f>;  // gain, bias and shift [HIDDEN / 4] each
@group(0) @binding(3) var<storage, read_write> x : array<vec4f>;  // [rows, HIDDEN / 4]

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

fn shifted(row : u32, quad : u32) -> vec4f {
  let value = x[row * QUADS + quad];
  if (SHIFTED) { return value + vectors[params.shift_at + quad]; }
  return value;
}

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group : vec3u, @builtin(local_invocation_index) t : u32) {
  let row = group.x;
  if (row >= row_count()) { return; }
  var sum = 0.0;
  for (var i = t; i < QUADS; i += THREADS) { sum += dot(shifted(row, i), vec4f(1.0)); }
  let mean = total_of(t, sum) / f32(HIDDEN);
  var squares = 0.0;
  for (var i = t; i < QUADS; i += THREADS) {
    let difference = shifted(row, i) - mean;
    squares += dot(difference, difference);
  }
  let factor = inverseSqrt(total_of(t, squares) / f32(HIDDEN) + params.epsilon);
  // A thread writes what it alone reads from here on.
  for (var i = t; i < QUADS; i += THREADS) {
    x[row * QUADS + i] = (shifted(row, i) - mean) * factor * vectors[params.gain_at + i] + vectors[params.bias_at + i];
  }
}

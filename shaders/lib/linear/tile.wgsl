// The matmul core for GPUs: a workgroup computes TILE_OUTPUTS outputs of TILE_COLUMNS batch rows, 4 x THREAD_COLUMNS a
// thread, and walks k in blocks of 32, staged in workgroup memory as Quads (lib/linear/quads: f32 or f16; weights are
// dequantised once). The next block is on its way from memory while this one is multiplied. Inputs are already normalised.
// Banks: a row of quads is padded by one, and even and odd outputs lie apart, so that neighbouring lanes (neighbouring
// pairs of outputs) touch neighbouring quads, when they store and when they load.
alias Input = vec4f;
const INPUT_BLOCK = 8u;
const OUTPUT_LANES = TILE_OUTPUTS / 4u;
const COLUMN_LANES = TILE_COLUMNS / THREAD_COLUMNS;
const THREADS = OUTPUT_LANES * COLUMN_LANES;
const X_STRIDE = TILE_COLUMNS + 1u;
const W_STRIDE = TILE_OUTPUTS + 1u;
const ODD = TILE_OUTPUTS / 2u + 1u;                                // of output 2 p + 1, p being where output 2 p is
const W_LANES = 8u / W_LOADS;                                      // lanes that share a block of weights
var<workgroup> tile_x : array<Quad, 8u * X_STRIDE>;                // [quad][column]
var<workgroup> tile_w : array<Quad, 8u * W_STRIDE>;                // [quad][even outputs, odd outputs]

var<private> results : array<vec2f, THREAD_COLUMNS * 2u>;

fn run(group : u32, column_group : u32, index : u32, lane : u32) {
  let first_output = group * TILE_OUTPUTS;
  let first_column = column_group * TILE_COLUMNS;
  if (first_output >= params.outputs || first_column >= active_columns()) { return; }
  let output_lane = index % OUTPUT_LANES;                          // pairs of outputs: lane, lane + OUTPUT_LANES
  let column_lane = index / OUTPUT_LANES;                          // columns: lane, lane + COLUMN_LANES, ...
  let w_output = index / W_LANES;
  let w_quad = (index % W_LANES) * W_LOADS;
  let w_at = w_quad * W_STRIDE + w_output / 2u + (w_output & 1u) * ODD;
#for c in THREAD_COLUMNS
  var sum$c = vec4f(0.0);
#end
  var weights = load_block(first_output + w_output, 0u);
#for q in X_LOADS
  let x_column$q = (index + $qu * THREADS) / 8u;
  let x_quad$q = (index + $qu * THREADS) % 8u;
  var x$q = input(first_column + x_column$q, x_quad$q);
#end
  for (var block = 0u; block < params.blocks; block++) {
    workgroupBarrier();
#for q in X_LOADS
    tile_x[x_quad$q * X_STRIDE + x_column$q] = quad_of(x$q);
#end
#for q in W_LOADS
    tile_w[w_at + $qu * W_STRIDE] = quad_of(block_quad(weights, w_quad + $qu) * select(weights.scale.x, weights.scale.y, w_quad + $qu >= 4u) + weights.offset);
#end
    workgroupBarrier();
    let next = min(block + 1u, params.blocks - 1u);
    weights = load_block(first_output + w_output, next);
#for q in X_LOADS
    x$q = input(first_column + x_column$q, next * 8u + x_quad$q);
#end
    for (var quad = 0u; quad < 8u; quad++) {
      let at = quad * W_STRIDE + output_lane;
      let w0 = tile_w[at];
      let w1 = tile_w[at + ODD];
      let w2 = tile_w[at + OUTPUT_LANES];
      let w3 = tile_w[at + OUTPUT_LANES + ODD];
#for c in THREAD_COLUMNS
      let in$c = tile_x[quad * X_STRIDE + column_lane + COLUMN_LANES * $cu];
      sum$c += vec4f(quad_dot(w0, in$c), quad_dot(w1, in$c), quad_dot(w2, in$c), quad_dot(w3, in$c));
#end
    }
  }
#for c in THREAD_COLUMNS
  results[$cu * 2u] = sum$c.xy;
  results[$cu * 2u + 1u] = sum$c.zw;
#end
  // One copy of the epilogue, in a loop: compilers take long over one for every output.
  for (var i = 0u; i < THREAD_COLUMNS * 2u; i++) {
    let output = first_output + (output_lane + (i & 1u) * OUTPUT_LANES) * 2u;
    let column = first_column + column_lane + COLUMN_LANES * (i / 2u);
    if (output < params.outputs && column < active_columns()) { finish_pair(output, column, results[i]); }
  }
  finish_group(first_output, first_column, index);
}

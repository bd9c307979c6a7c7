// The matmul core for GPUs: a workgroup computes TILE_OUTPUTS outputs of TILE_COLUMNS batch rows, 4 x THREAD_COLUMNS a
// thread, and walks k in blocks of 32, staged in workgroup memory as Quads (lib/linear/quads: f32 or f16; weights are
// dequantised once). The next block is on its way from memory while this one is multiplied. Inputs are already normalised.
// Banks: even and odd outputs lie apart, and a quad's place is swizzled by its row, so that eight lanes touch eight
// different places when they store and when they load; padding would take more than the 16 KiB that every device has.
// uses: lib/weights/*, lib/linear/quads.*
// constants: TILE_OUTPUTS, TILE_COLUMNS, THREAD_COLUMNS, X_LOADS, W_LOADS
alias Input = vec4f;
const INPUT_BLOCK = 8u;
const OUTPUT_LANES = TILE_OUTPUTS / 4u;
const COLUMN_LANES = TILE_COLUMNS / THREAD_COLUMNS;
const THREADS = OUTPUT_LANES * COLUMN_LANES;
const W_LANES = 8u / W_LOADS;                                      // lanes that share a block of weights
var<workgroup> tile_x : array<Quad, 8u * TILE_COLUMNS>;            // [quad][column ^ quad]
var<workgroup> tile_w : array<Quad, 8u * TILE_OUTPUTS>;            // [quad][even outputs, odd outputs], see w_place

var<private> results : array<vec2f, THREAD_COLUMNS * 2u>;

fn w_place(quad : u32, pair : u32, odd : u32) -> u32 {
  return quad * TILE_OUTPUTS + odd * (TILE_OUTPUTS / 2u) + (pair ^ odd ^ quad);
}

fn run(group : u32, column_group : u32, index : u32, lane : u32) {
  let first_output = group * TILE_OUTPUTS;
  let first_column = column_group * TILE_COLUMNS;
  if (first_output >= params.outputs || first_column >= active_columns()) { return; }
  let output_lane = index % OUTPUT_LANES;                          // pairs of outputs: lane, lane + OUTPUT_LANES
  let column_lane = index / OUTPUT_LANES;                          // columns: lane, lane + COLUMN_LANES, ...
  let w_output = index / W_LANES;
  let w_quad = (index % W_LANES) * W_LOADS;
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
    tile_x[x_quad$q * TILE_COLUMNS + (x_column$q ^ x_quad$q)] = input_quad(x$q);
#end
#for q in W_LOADS
    tile_w[w_place(w_quad + $qu, w_output / 2u, w_output & 1u)] = weight_quad(
      block_quad(weights, w_quad + $qu) * select(weights.scale.x, weights.scale.y, w_quad + $qu >= 4u) + weights.offset);
#end
    workgroupBarrier();
    let next = min(block + 1u, params.blocks - 1u);
    weights = load_block(first_output + w_output, next);
#for q in X_LOADS
    x$q = input(first_column + x_column$q, next * 8u + x_quad$q);
#end
    for (var quad = 0u; quad < 8u; quad++) {
      let w0 = tile_w[w_place(quad, output_lane, 0u)];
      let w1 = tile_w[w_place(quad, output_lane, 1u)];
      let w2 = tile_w[w_place(quad, output_lane + OUTPUT_LANES, 0u)];
      let w3 = tile_w[w_place(quad, output_lane + OUTPUT_LANES, 1u)];
#for c in THREAD_COLUMNS
      let in$c = tile_x[quad * TILE_COLUMNS + ((column_lane + COLUMN_LANES * $cu) ^ quad)];
      sum$c += vec4f(quad_dot(w0, in$c), quad_dot(w1, in$c), quad_dot(w2, in$c), quad_dot(w3, in$c));
#end
    }
  }
#for c in THREAD_COLUMNS
  let sums$c = unscaled(sum$c);
  results[$cu * 2u] = sums$c.xy;
  results[$cu * 2u + 1u] = sums$c.zw;
#end
  // One copy of the epilogue, in a loop: compilers take long over one for every output.
  for (var i = 0u; i < THREAD_COLUMNS * 2u; i++) {
    let output = first_output + (output_lane + (i & 1u) * OUTPUT_LANES) * 2u;
    let column = first_column + column_lane + COLUMN_LANES * (i / 2u);
    if (output < params.outputs && column < active_columns()) { finish_pair(output, column, results[i]); }
  }
  finish_group(first_output, first_column, index);
}

// The matmul core for narrow SIMD (software adapters, small subgroups): a lane owns THREAD_ROWS outputs of COLUMNS batch
// rows in registers and activations are handed round by subgroup broadcast, so that neither shared memory nor
// barriers stand in the loop. Weights are dequantised once for all columns. Inputs are already normalised.
const GROUP_OUTPUTS = LANES * THREAD_ROWS;
const THREADS = LANES;
var<workgroup> results : array<f32, COLUMNS * GROUP_OUTPUTS>;

fn run(group : u32, column_group : u32, index : u32, lane : u32) {
  let first_output = group * GROUP_OUTPUTS;
  let first_column = column_group * COLUMNS;
  if (first_output >= OUTPUTS || first_column >= active_columns()) { return; }
#for r in THREAD_ROWS
#for c in COLUMNS
  var sum$r_$c = 0.0;
#end
#end
  for (var block = 0u; block < BLOCKS; block++) {
#for r in THREAD_ROWS
    let weights$r = load_block(first_output + $ru * LANES + index, block);
#end
#for h in HOLDS
#for c in COLUMNS
    let held$h_$c = input(first_column + $cu, block * 8u + hold_quad($hu, lane));
#end
#for l in HOLD_LANES
    {
      const part = $hu * HOLD_LANES + $lu;
#for r in THREAD_ROWS
      let w$r = block_quad(weights$r, part) * select(weights$r.scale.x, weights$r.scale.y, part >= 4u) + weights$r.offset;
#end
#for c in COLUMNS
      let x$c = handed$l(held$h_$c);
#for r in THREAD_ROWS
      sum$r_$c += dot(w$r, x$c);
#end
#end
    }
#end
#end
  }
#for r in THREAD_ROWS
#for c in COLUMNS
  results[$cu * GROUP_OUTPUTS + $ru * LANES + index] = sum$r_$c;
#end
#end
  workgroupBarrier();
  for (var i = index; i < COLUMNS * (GROUP_OUTPUTS / 2u); i += THREADS) {
    let column = i / (GROUP_OUTPUTS / 2u);
    let within = (i % (GROUP_OUTPUTS / 2u)) * 2u;
    let at = column * GROUP_OUTPUTS + within;
    if (first_output + within < OUTPUTS && first_column + column < active_columns()) {
      finish_pair(first_output + within, first_column + column, vec2f(results[at], results[at + 1u]));
    }
  }
  finish_group(first_output, first_column, index);
}

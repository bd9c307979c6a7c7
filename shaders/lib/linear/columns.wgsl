// The matmul core for narrow SIMD (software adapters, small subgroups): a lane owns PAIRS pairs of outputs of COLUMNS batch
// rows in registers and activations are handed round by subgroup broadcast, so that neither shared memory nor
// barriers are needed. Weights are dequantised once for all columns. Inputs are already normalised.
// uses: lib/weights/*, lib/linear/activations.*
// constants: LANES, PAIRS, COLUMNS, HOLDS, HOLD_LANES
alias Input = vec4f;
const INPUT_BLOCK = 8u;
const GROUP_OUTPUTS = LANES * PAIRS * 2u;
const THREADS = LANES;

var<private> results : array<vec2f, COLUMNS * PAIRS>;

fn run(group : u32, column_group : u32, index : u32, lane : u32) {
  let first_output = group * GROUP_OUTPUTS;
  let first_column = column_group * COLUMNS;
  if (first_output >= params.outputs || first_column >= active_columns()) { return; }
#for p in PAIRS
  let row$p = first_output + ($pu * LANES + index) * 2u;
#for c in COLUMNS
  var sum$p_$c = vec2f(0.0);
#end
#end
  for (var block = 0u; block < params.blocks; block++) {
#for p in PAIRS
    let even$p = load_block(row$p, block);
    let odd$p = load_block(row$p + 1u, block);
#end
#for h in HOLDS
#for c in COLUMNS
    let held$h_$c = input(first_column + $cu, block * 8u + hold_quad($hu, lane));
#end
#for l in HOLD_LANES
    {
      const part = $hu * HOLD_LANES + $lu;
#for p in PAIRS
      let u$p = block_quad(even$p, part) * select(even$p.scale.x, even$p.scale.y, part >= 4u) + even$p.offset;
      let v$p = block_quad(odd$p, part) * select(odd$p.scale.x, odd$p.scale.y, part >= 4u) + odd$p.offset;
#end
#for c in COLUMNS
      let x$c = handed$l(held$h_$c);
#for p in PAIRS
      sum$p_$c += vec2f(dot(u$p, x$c), dot(v$p, x$c));
#end
#end
    }
#end
#end
  }
#for p in PAIRS
#for c in COLUMNS
  results[$cu * PAIRS + $pu] = sum$p_$c;
#end
#end
  // One copy of the epilogue, in a loop: it is compiled 64 times otherwise.
  let count = min(COLUMNS, active_columns() - first_column) * PAIRS;
  for (var i = 0u; i < count; i++) {
    let row = first_output + (i % PAIRS) * LANES * 2u + index * 2u;
    if (row < params.outputs) { finish_pair(row, first_column + i / PAIRS, results[i]); }
  }
  finish_group(first_output, first_column, index);
}

// The matvec core, for 1 to 8 batch rows, COLUMNS of them in a workgroup. A workgroup computes LANES * PAIRS neighbouring
// pairs of outputs, PAIRS of them a lane; K_LANES lanes share an output, each taking every K_LANES-th block of 32 weights.
// A weight is read once for all columns. The additions of an output come in the same order for every COLUMNS, LANES and
// PAIRS: 8 quads in a block, blocks k_lane, k_lane + K_LANES, ..., then the k lanes.
// The kernel's file defines input(column, quad), gain_of(quad), norm_scale(squares), finish_pair(output, column, values)
// and finish_group(first output, first column, index); weights_from(column) is the first row of the weights for a column, for all of
// a workgroup's the first one's (lib/linear/weights.one: 0).
// uses: lib/weights/*, lib/linear/activations.*, lib/linear/weights.*
// constants: SPLIT_SCALE, OFFSET, LANES, K_LANES, PAIRS, COLUMNS, HOLDS, HOLD_LANES, NORM
alias Input = vec4f;
const INPUT_BLOCK = 8u;
const GROUP_OUTPUTS = LANES * PAIRS * 2u;
const THREADS = LANES * K_LANES;
var<workgroup> partial : array<vec2f, K_LANES * COLUMNS * LANES * PAIRS>;
var<workgroup> squares : array<f32, K_LANES * COLUMNS>;

var<private> results : array<vec2f, COLUMNS * PAIRS>;
fn finish_results(first_row : u32, first_column : u32) {
  let count = min(COLUMNS, active_columns() - first_column) * PAIRS;
  for (var i = 0u; i < count; i++) {
    let row = first_row + (i % PAIRS) * LANES * 2u;
    if (row < params.outputs) { finish_pair(row, first_column + i / PAIRS, results[i]); }
  }
}

fn run(group : u32, column_group : u32, index : u32, lane : u32) {
  let row_lane = index % LANES;
  let k_lane = select(index / LANES, 0u, K_LANES == 1u);             // known to be uniform where it is
  let first_output = group * GROUP_OUTPUTS;
  let first_column = column_group * COLUMNS;
  if (first_output >= params.outputs || first_column >= active_columns()) { return; }
  let weights = weights_from(first_column);
#for p in PAIRS
  let row$p = first_output + ($pu * LANES + row_lane) * 2u;
#for c in COLUMNS
  var sum$p_$c = vec2f(0.0);
#end
#end
#for c in COLUMNS
  var square$c = 0.0;
#end
  for (var block = k_lane; block < params.blocks; block += K_LANES) {
#for p in PAIRS
    let even$p = load_block(weights + row$p, block);
    let odd$p = load_block(weights + row$p + 1u, block);
#for c in COLUMNS
    var first$p_$c = vec2f(0.0);
    var second$p_$c = vec2f(0.0);
#end
#end
#for c in COLUMNS
    var total$c = vec4f(0.0);
#end
#for h in HOLDS
    let quad$h = block * 8u + hold_quad($hu, lane);
    let gain$h = gain_of(quad$h);
#for c in COLUMNS
    let raw$h_$c = input(first_column + $cu, quad$h);
    if (NORM) { square$c += dot(raw$h_$c, raw$h_$c); }
    let held$h_$c = raw$h_$c * gain$h;
#end
#for l in HOLD_LANES
    {
      const part = $hu * HOLD_LANES + $lu;
#for c in COLUMNS
      let x$c = handed$l(held$h_$c);
      if (OFFSET) { total$c += x$c; }
#end
#for p in PAIRS
      let u$p = block_quad(even$p, part);
      let v$p = block_quad(odd$p, part);
#for c in COLUMNS
      if (part < 4u || !SPLIT_SCALE) { first$p_$c += vec2f(dot(u$p, x$c), dot(v$p, x$c)); }
      else { second$p_$c += vec2f(dot(u$p, x$c), dot(v$p, x$c)); }
#end
#end
    }
#end
#end
#for c in COLUMNS
    let block_sum$c = dot(total$c, vec4f(1.0));
#end
#for p in PAIRS
#for c in COLUMNS
    sum$p_$c += vec2f(even$p.scale.x, odd$p.scale.x) * first$p_$c;
    if (SPLIT_SCALE) { sum$p_$c += vec2f(even$p.scale.y, odd$p.scale.y) * second$p_$c; }
    if (OFFSET) { sum$p_$c += vec2f(even$p.offset, odd$p.offset) * block_sum$c; }
#end
#end
  }
  if (K_LANES == 1u) {
    // One copy of the epilogue, in a loop: lavapipe's compiler takes minutes over one for every output.
#for c in COLUMNS
    let scale$c = select(1.0, norm_scale(squares_of(square$c, lane) / f32(params.blocks * 32u)), NORM);
#for p in PAIRS
    results[$cu * PAIRS + $pu] = sum$p_$c * scale$c;
#end
#end
    finish_results(first_output + row_lane * 2u, first_column);
  } else {
#for c in COLUMNS
    let square_sum$c = squares_of(square$c, lane);
    if (row_lane == 0u) { squares[k_lane * COLUMNS + $cu] = square_sum$c; }
#for p in PAIRS
    partial[((k_lane * COLUMNS + $cu) * PAIRS + $pu) * LANES + row_lane] = sum$p_$c;
#end
#end
    workgroupBarrier();
    let count = min(COLUMNS, active_columns() - first_column) * PAIRS * LANES;
    for (var i = index; i < count; i += THREADS) {
      let column = i / (PAIRS * LANES);
      var pair = partial[i];
      var square = squares[column];
      for (var k = 1u; k < K_LANES; k++) {
        pair += partial[k * COLUMNS * PAIRS * LANES + i];
        square += squares[k * COLUMNS + column];
      }
      if (NORM) { pair *= norm_scale(square / f32(params.blocks * 32u)); }
      let output = first_output + (i % (PAIRS * LANES)) * 2u;
      if (output < params.outputs) { finish_pair(output, first_column + column, pair); }
    }
  }
  finish_group(first_output, first_column, index);
}

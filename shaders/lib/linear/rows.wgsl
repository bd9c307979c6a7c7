// The matvec core, for 1 to 8 batch rows, COLUMNS of them in a workgroup. A workgroup computes LANES * THREAD_ROWS
// neighbouring outputs; K_LANES lanes share an output, each taking every K_LANES-th block of 32 weights.
// A weight is read once for all columns. The additions of an output come in the same order for every COLUMNS, LANES and
// THREAD_ROWS: 8 quads in a block, blocks k_lane, k_lane + K_LANES, ..., then the k lanes.
// The kernel's file defines input(column, quad), gain_of(quad), norm_scale(squares), finish_pair(output, column, values)
// and finish_group(first output, first column, index).
const GROUP_OUTPUTS = LANES * THREAD_ROWS;
const THREADS = LANES * K_LANES;
var<workgroup> partial : array<f32, K_LANES * COLUMNS * GROUP_OUTPUTS>;
var<workgroup> squares : array<f32, K_LANES * COLUMNS>;

fn run(group : u32, column_group : u32, index : u32, lane : u32) {
  let row_lane = index % LANES;
  let k_lane = select(index / LANES, 0u, K_LANES == 1u);             // known to be uniform where it is
  let first_output = group * GROUP_OUTPUTS;
  let first_column = column_group * COLUMNS;
  if (first_output >= OUTPUTS || first_column >= active_columns()) { return; }
#for r in THREAD_ROWS
#for c in COLUMNS
  var sum$r_$c = 0.0;
#end
#end
#for c in COLUMNS
  var square$c = 0.0;
#end
  for (var block = k_lane; block < BLOCKS; block += K_LANES) {
#for r in THREAD_ROWS
    let weights$r = load_block(first_output + $ru * LANES + row_lane, block);
#for c in COLUMNS
    var first$r_$c = 0.0;
    var second$r_$c = 0.0;
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
#for r in THREAD_ROWS
      let w$r = block_quad(weights$r, part);
#for c in COLUMNS
      if (part < 4u || !SPLIT_SCALE) { first$r_$c += dot(w$r, x$c); } else { second$r_$c += dot(w$r, x$c); }
#end
#end
    }
#end
#end
#for c in COLUMNS
    let block_sum$c = dot(total$c, vec4f(1.0));
#end
#for r in THREAD_ROWS
#for c in COLUMNS
    sum$r_$c += weights$r.scale.x * first$r_$c;
    if (SPLIT_SCALE) { sum$r_$c += weights$r.scale.y * second$r_$c; }
    if (OFFSET) { sum$r_$c += weights$r.offset * block_sum$c; }
#end
#end
  }
#for c in COLUMNS
  let square_sum$c = squares_of(square$c, lane);
  if (row_lane == 0u) { squares[k_lane * COLUMNS + $cu] = square_sum$c; }
#for r in THREAD_ROWS
  partial[(k_lane * COLUMNS + $cu) * GROUP_OUTPUTS + $ru * LANES + row_lane] = sum$r_$c;
#end
#end
  workgroupBarrier();
  for (var i = index; i < COLUMNS * (GROUP_OUTPUTS / 2u); i += THREADS) {
    let column = i / (GROUP_OUTPUTS / 2u);
    let within = (i % (GROUP_OUTPUTS / 2u)) * 2u;
    let at = column * GROUP_OUTPUTS + within;
    var pair = vec2f(partial[at], partial[at + 1u]);
    var square = squares[column];
    for (var k = 1u; k < K_LANES; k++) {
      pair += vec2f(partial[k * COLUMNS * GROUP_OUTPUTS + at], partial[k * COLUMNS * GROUP_OUTPUTS + at + 1u]);
      square += squares[k * COLUMNS + column];
    }
    if (NORM) { pair *= norm_scale(square / f32(BLOCKS * 32u)); }
    if (first_output + within < OUTPUTS && first_column + column < active_columns()) { finish_pair(first_output + within, first_column + column, pair); }
  }
  finish_group(first_output, first_column, index);
}

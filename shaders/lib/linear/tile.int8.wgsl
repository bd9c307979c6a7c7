// The matmul core for GPUs with int8 activations: the shape of lib/linear/tile, with weights and activations as int8 codes
// that are multiplied four at a time (dot4I8Packed). The sums of a block are exact integers; its scales are applied once
// and blocks are added in f32. STEP blocks are staged between two barriers. Inputs are rows of lib/linear/int8-block.
// uses: lib/weights/*
// constants: SPLIT_SCALE, OFFSET, TILE_OUTPUTS, TILE_COLUMNS, THREAD_COLUMNS
alias Input = vec4u;
const INPUT_BLOCK = 3u;
const STEP = 2u;
const OUTPUT_LANES = TILE_OUTPUTS / 4u;
const COLUMN_LANES = TILE_COLUMNS / THREAD_COLUMNS;
const THREADS = OUTPUT_LANES * COLUMN_LANES;
const X_STRIDE = TILE_COLUMNS + 1u;
const W_STRIDE = TILE_OUTPUTS + 1u;
const ODD = TILE_OUTPUTS / 2u + 1u;                                // of output 2 p + 1, p being where output 2 p is
var<workgroup> tile_x : array<vec4u, STEP * 2u * X_STRIDE>;        // [block][half][column] codes
var<workgroup> scales_x : array<vec2f, STEP * X_STRIDE>;           // [block][column] scale, scale * sum of codes
var<workgroup> tile_w : array<vec4u, STEP * 2u * W_STRIDE>;        // [block][half][even outputs, odd outputs] codes
var<workgroup> scales_w : array<vec2f, STEP * W_STRIDE>;           // as tile_w: scale, offset; with SPLIT_SCALE a scale for each half

var<private> results : array<vec2f, THREAD_COLUMNS * 2u>;

fn dot16(a : vec4u, b : vec4u) -> i32 {
  return dot4I8Packed(a.x, b.x) + dot4I8Packed(a.y, b.y) + dot4I8Packed(a.z, b.z) + dot4I8Packed(a.w, b.w);
}

fn run(group : u32, column_group : u32, index : u32, lane : u32) {
  let first_output = group * TILE_OUTPUTS;
  let first_column = column_group * TILE_COLUMNS;
  if (first_output >= params.outputs || first_column >= active_columns()) { return; }
  let output_lane = index % OUTPUT_LANES;                          // pairs of outputs: lane, lane + OUTPUT_LANES
  let column_lane = index / OUTPUT_LANES;                          // columns: lane, lane + COLUMN_LANES, ...
#for c in THREAD_COLUMNS
  var sum$c = vec4f(0.0);
#end
  for (var first = 0u; first < params.blocks; first += STEP) {
    workgroupBarrier();
    for (var i = index; i < TILE_COLUMNS * STEP * INPUT_BLOCK; i += THREADS) {
      let column = i / (STEP * INPUT_BLOCK);
      let word = i % (STEP * INPUT_BLOCK);
      let block = word / INPUT_BLOCK;
      let part = word % INPUT_BLOCK;
      // Zeros past the last block.
      var words = vec4u(0u);
      if (first + block < params.blocks) { words = input(first_column + column, first * INPUT_BLOCK + word); }
      if (part < 2u) { tile_x[(block * 2u + part) * X_STRIDE + column] = words; }
      else { scales_x[block * X_STRIDE + column] = bitcast<vec2f>(words.xy); }
    }
    for (var i = index; i < TILE_OUTPUTS * STEP * 2u; i += THREADS) {
      let output = i / (STEP * 2u);
      let block = i / 2u % STEP;
      let half = i % 2u;
      let weights = load_block(first_output + output, min(first + block, params.blocks - 1u));
      let at = output / 2u + (output & 1u) * ODD;
      tile_w[(block * 2u + half) * W_STRIDE + at] = vec4u(
        block_codes(weights, half * 4u), block_codes(weights, half * 4u + 1u), block_codes(weights, half * 4u + 2u), block_codes(weights, half * 4u + 3u));
      if (half == 0u) { scales_w[block * W_STRIDE + at] = vec2f(weights.scale.x, select(weights.offset, weights.scale.y, SPLIT_SCALE)); }
    }
    workgroupBarrier();
    for (var block = 0u; block < STEP; block++) {
      let scale_at = block * W_STRIDE + output_lane;
      let s0 = scales_w[scale_at];
      let s1 = scales_w[scale_at + ODD];
      let s2 = scales_w[scale_at + OUTPUT_LANES];
      let s3 = scales_w[scale_at + OUTPUT_LANES + ODD];
      let scale = vec4f(s0.x, s1.x, s2.x, s3.x);
      let second = vec4f(s0.y, s1.y, s2.y, s3.y);
#for c in THREAD_COLUMNS
      var dots$c = vec4i(0);
      let in_scale$c = scales_x[block * X_STRIDE + column_lane + COLUMN_LANES * $cu];
#end
#for h in 2
      {
        let at = (block * 2u + $hu) * W_STRIDE + output_lane;
        let w0 = tile_w[at];
        let w1 = tile_w[at + ODD];
        let w2 = tile_w[at + OUTPUT_LANES];
        let w3 = tile_w[at + OUTPUT_LANES + ODD];
#for c in THREAD_COLUMNS
        let in$c = tile_x[(block * 2u + $hu) * X_STRIDE + column_lane + COLUMN_LANES * $cu];
        dots$c += vec4i(dot16(w0, in$c), dot16(w1, in$c), dot16(w2, in$c), dot16(w3, in$c));
        if (SPLIT_SCALE) {
          sum$c += vec4f(dots$c) * select(second, scale, $h == 0) * in_scale$c.x;
          dots$c = vec4i(0);
        }
#end
      }
#end
#for c in THREAD_COLUMNS
      if (!SPLIT_SCALE) { sum$c += vec4f(dots$c) * scale * in_scale$c.x; }
      if (OFFSET) { sum$c += second * in_scale$c.y; }
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

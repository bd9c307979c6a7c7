// The matmul core for GPUs: a workgroup of 16 x 16 threads computes 64 outputs of 64 batch rows, 4 x 4 a thread, and
// walks k in blocks of 32 that are staged (weights dequantised once) in workgroup memory. Inputs are already normalised.
const THREADS = 256u;
const TILE = 64u;
var<workgroup> tile_x : array<vec4f, 8u * TILE>;                   // [quad][column]
var<workgroup> tile_w : array<vec4f, 8u * TILE>;                   // [quad][output]

fn run(group : u32, column_group : u32, index : u32, lane : u32) {
  let first_output = group * TILE;
  let first_column = column_group * TILE;
  if (first_output >= params.outputs || first_column >= active_columns()) { return; }
  let output_lane = index % 16u;                                   // outputs 4 * lane ... + 3
  let column_lane = index / 16u;                                   // columns lane, lane + 16, ...
#for c in TILE_COLUMNS
  var sum$c = vec4f(0.0);
#end
  for (var block = 0u; block < params.blocks; block++) {
    for (var i = index; i < 8u * TILE; i += THREADS) {
      tile_x[(i % 8u) * TILE + i / 8u] = input(first_column + i / 8u, block * 8u + i % 8u);
    }
    {
      // Four lanes share the block of an output, two quads each.
      let output = index / 4u;
      let weights = load_block(first_output + output, block);
      let quad = (index % 4u) * 2u;
      let scale = select(weights.scale.x, weights.scale.y, quad >= 4u);
      tile_w[quad * TILE + output] = block_quad(weights, quad) * scale + weights.offset;
      tile_w[(quad + 1u) * TILE + output] = block_quad(weights, quad + 1u) * scale + weights.offset;
    }
    workgroupBarrier();
    for (var quad = 0u; quad < 8u; quad++) {
      let at = quad * TILE + output_lane * 4u;
      let w0 = tile_w[at];
      let w1 = tile_w[at + 1u];
      let w2 = tile_w[at + 2u];
      let w3 = tile_w[at + 3u];
#for c in TILE_COLUMNS
      let x$c = tile_x[quad * TILE + column_lane + 16u * $cu];
      sum$c += vec4f(dot(w0, x$c), dot(w1, x$c), dot(w2, x$c), dot(w3, x$c));
#end
    }
    workgroupBarrier();
  }
  let output = first_output + output_lane * 4u;
#for c in TILE_COLUMNS
  if (first_column + column_lane + 16u * $cu < active_columns()) {
    if (output < params.outputs) { finish_pair(output, first_column + column_lane + 16u * $cu, sum$c.xy); }
    if (output + 2u < params.outputs) { finish_pair(output + 2u, first_column + column_lane + 16u * $cu, sum$c.zw); }
  }
#end
  finish_group(first_output, first_column, index);
}

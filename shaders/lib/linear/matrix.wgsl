enable f16;
enable subgroups;
enable chromium_experimental_subgroup_matrix;
diagnostic(off, chromium.subgroup_matrix_uniformity);
// The matmul core for matrix units: 64 outputs of 64 batch rows by 128 threads, k in blocks of 32 that are staged in
// workgroup memory as f16 (weights dequantised once); products of M x K by K x N fragments are added in f32. Inputs and
// weights are scaled into f16's range, as in lib/linear/quads.f16. Subgroups form
// a grid of GRID_M x GRID_N and own FRAGMENTS_M x FRAGMENTS_N fragments each. Inputs are already normalised.
// Compiled and checked by Dawn, but not yet run on hardware that has matrix units: the engine's self-test guards it.
// uses: lib/weights/*
// constants: FRAGMENTS_M, FRAGMENTS_N, GRID_N, MATRIX_K, MATRIX_M, MATRIX_N
alias Input = vec4f;
const INPUT_BLOCK = 8u;
const THREADS = 128u;
const TILE = 64u;
const STRIDE = 40u;                                                // of a row of 32 values, padded against bank conflicts
const OUT_STRIDE = TILE + 4u;
alias Left = subgroup_matrix_left<f16, MATRIX_K, MATRIX_M>;
alias Right = subgroup_matrix_right<f16, MATRIX_N, MATRIX_K>;
alias Result = subgroup_matrix_result<f32, MATRIX_N, MATRIX_M>;
var<workgroup> tile_x : array<f16, TILE * STRIDE>;                 // [column][k]
var<workgroup> tile_w : array<f16, TILE * STRIDE>;                 // [output][k]
var<workgroup> tile_y : array<f32, MATRIX_M * OUT_STRIDE>;         // [column of a fragment][output]

fn run(group : u32, column_group : u32, index : u32, subgroup : u32) {
  let first_output = group * TILE;
  let first_column = column_group * TILE;
  if (first_output >= params.outputs || first_column >= active_columns()) { return; }
  let band_m = subgroup / GRID_N;
  let at_x = band_m * (FRAGMENTS_M * MATRIX_M * STRIDE);
  let at_w = subgroup % GRID_N * (FRAGMENTS_N * MATRIX_N * STRIDE);
#for m in FRAGMENTS_M
#for n in FRAGMENTS_N
  var sum$m_$n = Result();
#end
#end
  for (var block = 0u; block < params.blocks; block++) {
    workgroupBarrier();
    for (var i = index; i < 8u * TILE; i += THREADS) {
      let values = vec4<f16>(input(first_column + i / 8u, block * 8u + i % 8u) * params.x_scale);
      let at = i / 8u * STRIDE + i % 8u * 4u;
#for e in 4
      tile_x[at + $eu] = values[$e];
#end
    }
    {
      // Two lanes share the block of an output, four quads each.
      let weights = load_block(first_output + index / 2u, block);
      let scale = select(weights.scale.x, weights.scale.y, (index & 1u) == 1u);
      for (var i = 0u; i < 4u; i++) {
        let quad = (index & 1u) * 4u + i;
        let values = vec4<f16>((block_quad(weights, quad) * scale + weights.offset) * params.w_scale);
        let at = index / 2u * STRIDE + quad * 4u;
#for e in 4
        tile_w[at + $eu] = values[$e];
#end
      }
    }
    workgroupBarrier();
    for (var k = 0u; k < 32u; k += MATRIX_K) {
#for n in FRAGMENTS_N
      let w$n = subgroupMatrixLoad<Right, col_major>(&tile_w, at_w + $nu * (MATRIX_N * STRIDE) + k, STRIDE);
#end
#for m in FRAGMENTS_M
      let x$m = subgroupMatrixLoad<Left, row_major>(&tile_x, at_x + $mu * (MATRIX_M * STRIDE) + k, STRIDE);
#for n in FRAGMENTS_N
      sum$m_$n = subgroupMatrixMultiplyAccumulate(x$m, w$n, sum$m_$n);
#end
#end
    }
  }
  // One row of fragments at a time goes through workgroup memory to the epilogue.
  for (var round = 0u; round < TILE / MATRIX_M; round++) {
    workgroupBarrier();
#for m in FRAGMENTS_M
    if (band_m * FRAGMENTS_M + $mu == round) {
#for n in FRAGMENTS_N
      subgroupMatrixStore<row_major>(&tile_y, (subgroup % GRID_N * FRAGMENTS_N + $nu) * MATRIX_N, sum$m_$n, OUT_STRIDE);
#end
    }
#end
    workgroupBarrier();
    for (var i = index; i < MATRIX_M * TILE / 2u; i += THREADS) {
      let row = i / (TILE / 2u);
      let output = i % (TILE / 2u) * 2u;
      let column = first_column + round * MATRIX_M + row;
      let at = row * OUT_STRIDE + output;
      if (first_output + output < params.outputs && column < active_columns()) {
        finish_pair(first_output + output, column, vec2f(tile_y[at], tile_y[at + 1u]) * params.y_scale);
      }
    }
  }
  finish_group(first_output, first_column, index);
}

@compute @workgroup_size(THREADS)
fn main(
  @builtin(workgroup_id) group : vec3u, @builtin(num_workgroups) groups : vec3u,
  @builtin(local_invocation_index) index : u32, @builtin(subgroup_id) subgroup : u32,
) {
  run(group.x + group.y * groups.x, group.z, index, subgroup);
}

// Queries, keys and values of a layer from n = RMSNorm(x) (NORM) or x, with a bias (lib/linear/bias.*): rotates query and key pairs (RoPE on neighbouring
// elements), stores the queries, and appends keys, values and positions to the cache (lib/append.cache) or leaves keys and
// values for cache/quantize-append or attention/norm-heads (lib/append.staging). A key or value that the cache cannot hold, or a
// query that is no number, is noted in `faults`.
// Outputs are the rows of [Q | K | V]; a dispatch may compute a range of them that begins at first_row (files whose parts differ in type).
// main: lib/linear/*
// uses: lib/step-rows, lib/kv.*, lib/append.*, lib/held, lib/rope, lib/linear/bias.*, lib/linear/*
// constants: NORM, Q_HEADS, KV_HEADS, HEAD_DIM
struct Params {
  blocks : u32, outputs : u32, columns : u32, x_scale : f32, w_scale : f32, y_scale : f32, epsilon : f32,
  layer : u32, first_row : u32, gain_at : u32, turns_at : u32, bias_at : u32,
}
@group(0) @binding(0) var<uniform> params : Params;
@group(0) @binding(1) var<storage, read> codes : array<vec4u>;        // lib/weights/layout
@group(0) @binding(2) var<storage, read> aux : array<u32>;            // lib/weights/layout
@group(0) @binding(3) var<storage, read> x : array<Input>;            // [columns, blocks * INPUT_BLOCK]
@group(0) @binding(4) var<storage, read> vectors : array<vec4f>;      // norm weights at gain_at; turns at turns_at (lib/rope); bias
@group(0) @binding(5) var<storage, read> state : array<u32>;          // lib/step-state
@group(0) @binding(6) var<storage, read_write> query : array<vec2f>;  // [columns, Q_HEADS * HEAD_DIM / 2]
@group(0) @binding(7) var<storage, read_write> cache : array<u32>;    // lib/cache-layout; staging with lib/append.staging
@group(0) @binding(8) var<storage, read_write> faults : array<atomic<u32>>; // lib/faults

const Q_ROWS = Q_HEADS * HEAD_DIM;
const KV_ROWS = KV_HEADS * HEAD_DIM;

fn active_columns() -> u32 { return params.columns; }
fn input(column : u32, at : u32) -> Input { return x[column * (params.blocks * INPUT_BLOCK) + at]; }
fn gain_of(quad : u32) -> vec4f { if (NORM) { return vectors[params.gain_at + quad]; } return vec4f(1.0); }
fn norm_scale(square : f32) -> f32 { return inverseSqrt(square + params.epsilon); }

fn finish_pair(output : u32, column : u32, products : vec2f) {
  if (!row_valid(column)) { return; }
  let row = params.first_row + output;
  let values = biased(products, row);
  let position = row_place(column);
  if (row < Q_ROWS) {
    let factor = query_factor(params.layer, row / HEAD_DIM / (Q_HEADS / KV_HEADS));
    let turned = rotate(values, row % HEAD_DIM, position, params.turns_at) * factor;
    query[(column * Q_ROWS + row) / 2u] = held(column, turned, FINITE_BITS);
    return;
  }
  let is_key = row < Q_ROWS + KV_ROWS;
  let within = select(row - Q_ROWS - KV_ROWS, row - Q_ROWS, is_key);
  let element = within % HEAD_DIM;
  let kv_head = within / HEAD_DIM;
  var pair = values * value_factor(params.layer, kv_head);
  if (is_key) { pair = rotate(values, element, position, params.turns_at) * key_factor(params.layer, kv_head); }
  append_pair(column, is_key, kv_head, element, held(column, pair, LARGEST_BITS));
}
fn finish_group(first_output : u32, first_column : u32, index : u32) {}

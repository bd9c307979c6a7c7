// The SUCCESSORS likeliest tokens behind every logit row, in order, ties to the lower id, with their probabilities under the softmax of the
// row's logits. A workgroup per logit row; they are found one after the other: a thread looks into a block of 64 ids only when the block's
// maximum could beat what it has. A row that is not valid keeps what is there.
// uses: lib/step-state, lib/row-reduce, lib/row-log-sum
// constants: VOCAB
struct Params { rows : u32 }
@group(0) @binding(0) var<uniform> params : Params;
@group(0) @binding(1) var<storage, read> state : array<u32>;          // lib/step-state
@group(0) @binding(2) var<storage, read> logits : array<f32>;         // [rows, VOCAB], penalised
@group(0) @binding(3) var<storage, read> block_max : array<f32>;      // [rows, ceil(VOCAB / 64)]
@group(0) @binding(4) var<storage, read_write> top : array<vec2u>;    // [rows, SUCCESSORS]: id + 1 (0 = none), f32 bits of its probability

const ID_BLOCKS = (VOCAB + 63u) / 64u;
const LAST_LAYERS = 0u;                                               // whose list the logit rows are of

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group : vec3u, @builtin(local_invocation_index) thread : u32) {
  let row = group.x;
  if (row >= min(params.rows, logit_row_count())) { return; }
  if ((state[row_at(logit_row(row), LAST_LAYERS, ROW_FLAGS)] & ROW_VALID) == 0u) { return; }
  let peak = row_top(thread, row);
  let lse = peak + row_log_sum(thread, row, peak);
  var last = vec2u(0xffffffffu, 0u);                                  // (key, id) of the one before
  for (var turn = 0u; turn < SUCCESSORS; turn++) {
    var best = vec2u(0u, 0xffffffffu);
    for (var block = thread; block < ID_BLOCKS; block += 256u) {
      if (float_key(block_max[row * ID_BLOCKS + block]) < best.x) { continue; }
      for (var id = block * 64u; id < min(block * 64u + 64u, VOCAB); id++) {
        let key = float_key(logits[row * VOCAB + id]);
        let is_after = key < last.x || (key == last.x && id > last.y);
        if (is_after) { best = better(best, vec2u(key, id)); }
      }
    }
    last = row_best(thread, best);
    if (thread == 0u) { top[row * SUCCESSORS + turn] = vec2u(last.y + 1u, select(0u, bitcast<u32>(exp(key_float(last.x) - lse)), last.y != 0xffffffffu)); }
  }
}

// Log-probabilities, in nats, of the token that sampling/sample drew for every logit row and of the params.count likeliest tokens, under
// the softmax of the row's penalised logits: before temperature, top-k, top-p and min-p.
// A workgroup per logit row. The likeliest are found one after the other: a thread looks into a block of 64 ids only when the block's
// maximum could beat what it has, so that a turn reads the maxima and a few blocks.
// uses: lib/step-state, lib/outputs, lib/row-reduce, lib/row-log-sum
// constants: VOCAB, RING, ROWS, WORDS
struct Params { rows : u32, count : u32 }
@group(0) @binding(0) var<uniform> params : Params;
@group(0) @binding(1) var<storage, read> state : array<u32>;          // lib/step-state
@group(0) @binding(2) var<storage, read> logits : array<f32>;         // [rows, VOCAB], penalised
@group(0) @binding(3) var<storage, read> block_max : array<f32>;      // [rows, ceil(VOCAB / 64)]
@group(0) @binding(4) var<storage, read> outputs : array<u32>;        // [RING, MAX_LOGIT_ROWS, 2]: count, the drawn token
@group(0) @binding(5) var<storage, read_write> log_probs : array<u32>; // [RING, ROWS, WORDS]: f32 bits of the token's, 0, then (id, f32 bits)

const ID_BLOCKS = (VOCAB + 63u) / 64u;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group : vec3u, @builtin(local_invocation_index) thread : u32) {
  let row = group.x;
  if (row >= min(params.rows, logit_row_count())) { return; }
  let top = row_top(thread, row);
  let lse = top + row_log_sum(thread, row, top);
  let at = ((step_number() % RING) * ROWS + row) * WORDS;
  if (thread == 0u) {
    let token = min(outputs[output_token_at(row, 0u)], VOCAB - 1u);
    log_probs[at] = bitcast<u32>(logits[row * VOCAB + token] - lse);
    log_probs[at + 1u] = 0u;
  }
  var last = vec2u(0xffffffffu, 0u);                                  // (key, id) of the one before
  for (var turn = 0u; turn < params.count; turn++) {
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
    if (thread == 0u) {
      log_probs[at + 2u + 2u * turn] = last.y;
      log_probs[at + 3u + 2u * turn] = bitcast<u32>(key_float(last.x) - lse);
    }
  }
}

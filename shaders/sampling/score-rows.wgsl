// Log-sum-exp of every logit row, and the negative log-likelihood of the row's target (0 where it has none), in nats. Both are NaN
// where a logit is no number, and for sequences whose keys or values went out of range (lib/faults). A workgroup per logit row.
// uses: lib/constants, lib/step-state, lib/outputs, lib/faults, lib/row-log-sum
// constants: VOCAB
struct Params { rows : u32 }
@group(0) @binding(0) var<uniform> params : Params;
@group(0) @binding(1) var<storage, read> state : array<u32>;          // lib/step-state
@group(0) @binding(2) var<storage, read> logits : array<f32>;         // [rows, VOCAB]
@group(0) @binding(3) var<storage, read> faults : array<u32>;         // lib/faults
@group(0) @binding(4) var<storage, read_write> outputs : array<u32>;  // [RING, MAX_LOGIT_ROWS, 2]: f32 bits of nll, log-sum-exp

const NAN_BITS = 0x7fc00000u;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group : vec3u, @builtin(local_invocation_index) thread : u32) {
  let row = group.x;
  if (row >= min(params.rows, logit_row_count())) { return; }
  let top = row_top(thread, row);
  let log_sum = row_log_sum(thread, row, top);
  if (thread == 0u) {
    let target_id = logit_row_target(row);
    // From the difference, not from the rounded log-sum-exp: with logits of 1e4 that would cost three digits.
    var nll = 0.0;
    if (target_id < VOCAB) { nll = log_sum + (top - logits[row * VOCAB + target_id]); }
    let at = output_at(row);
    let spoiled = top >= NO_NUMBER || faults[fault_at(logit_row_sequence(row))] != 0u;
    outputs[at] = select(bitcast<u32>(nll), NAN_BITS, spoiled);
    outputs[at + 1u] = select(bitcast<u32>(top + log_sum), NAN_BITS, spoiled);
  }
}

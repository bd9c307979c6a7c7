// Log-sum-exp of every logit row, and the negative log-likelihood of the row's target (0 where it has none), in nats.
// A workgroup per logit row. Each thread adds runs of 16 terms, then the runs, so that the error stays that of short sums.
struct Params { rows : u32 }
@group(0) @binding(0) var<uniform> params : Params;
@group(0) @binding(1) var<storage, read> state : array<u32>;          // lib/step-state
@group(0) @binding(2) var<storage, read> logits : array<f32>;         // [rows, VOCAB]
@group(0) @binding(3) var<storage, read_write> outputs : array<u32>;  // [RING, MAX_LOGIT_ROWS, 2]: f32 bits of nll, log-sum-exp

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group : vec3u, @builtin(local_invocation_index) thread : u32) {
  let row = group.x;
  if (row >= min(params.rows, logit_row_count())) { return; }
  var highest = 0u;
  for (var id = thread; id < VOCAB; id += 256u) { highest = max(highest, float_key(logits[row * VOCAB + id])); }
  let top = key_float(row_best(thread, vec2u(highest, 0u)).x);

  var sum = 0.0;
  for (var first = thread; first < VOCAB; first += 4096u) {
    var run = 0.0;
    #for e in 16
    if (first + $eu * 256u < VOCAB) { run += exp(logits[row * VOCAB + first + $eu * 256u] - top); }
    #end
    sum += run;
  }
  let log_sum = log(row_sum(thread, vec2f(sum, 0.0)).x);
  if (thread == 0u) {
    let target_id = row_target(logit_row(row));
    // From the difference, not from the rounded log-sum-exp: with logits of 1e4 that would cost three digits.
    var nll = 0.0;
    if (target_id < VOCAB) { nll = log_sum + (top - logits[row * VOCAB + target_id]); }
    let at = output_at(row);
    outputs[at] = bitcast<u32>(nll);
    outputs[at + 1u] = bitcast<u32>(top + log_sum);
  }
}

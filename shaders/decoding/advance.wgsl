// The end of a step, in one workgroup of more threads than a step has logit rows; nothing else advances the step state. A layer's lengths
// grow by the rows of its list.
// With SAMPLED the last tokens given in this step are then the rows of the next, one for each sequence, in the first layer's list, from
// which lists of later layers are made in the step; and `outputs` gets the count of the tokens that each sequence was given: 1, or 0 where
// it was done before this step. With TREES a sequence has params.nodes logit rows, and decoding/verify has written what it was given.
// A sequence whose logits were no numbers, or whose keys or values went out of range (lib/faults), gets no token, the reason in its
// count, and is done. A sequence that is done keeps an invalid row and its lengths, however often the step is replayed.
// uses: lib/step-state, lib/outputs, lib/faults, lib/sequence-end
// constants: SAMPLED, TREES
struct Params { nodes : u32 }
@group(0) @binding(0) var<uniform> params : Params;
@group(0) @binding(1) var<storage, read_write> state : array<u32>;    // lib/step-state
@group(0) @binding(2) var<storage, read> faults : array<u32>;         // lib/faults
@group(0) @binding(3) var<storage, read_write> outputs : array<u32>;  // [RING, MAX_LOGIT_ROWS, 2]: count, tokens

const THREADS = 256u;
const FIRST_LAYER = 0u;                                               // whose list the next step's rows are
fn sequence_lengths() -> u32 { return layer_count() * kv_stride(); }

// Row and logit row `index` of the next step.
fn set_row(index : u32, sequence : u32, position : u32, token : u32, flags : u32) {
  state[row_at(index, FIRST_LAYER, ROW_SEQUENCE)] = sequence;
  state[row_at(index, FIRST_LAYER, ROW_POSITION)] = position;
  state[row_at(index, FIRST_LAYER, ROW_ORDINAL)] = 0u;
  state[row_at(index, FIRST_LAYER, ROW_TOKEN)] = token;
  state[row_at(index, FIRST_LAYER, ROW_PARENT)] = NO_PARENT;
  state[row_at(index, FIRST_LAYER, ROW_FLAGS)] = flags;
  state[logit_row_at(index, LOGIT_ROW_ROW)] = index;
  state[logit_row_at(index, LOGIT_ROW_SEQUENCE)] = sequence;
  state[logit_row_at(index, LOGIT_ROW_POSITION)] = position;
  state[logit_row_at(index, LOGIT_ROW_TARGET)] = NO_TARGET;
}

fn next_row(index : u32, sequence : u32, position : u32) {
  let first = index * params.nodes;
  let at = output_at(first);
  let flags_at = sequence_at(sequence, SEQUENCE_FLAGS);
  if ((state[flags_at] & SEQUENCE_DONE) != 0u) {
    outputs[at] = 0u;
    set_row(index, sequence, position, 0u, 0u);
    return;
  }
  // Verification gives nothing only where the root's logits are no numbers.
  var given = 1u;
  if (TREES) { given = outputs[at]; }
  let drawn = outputs[output_token_at(first, max(given, 1u) - 1u)];
  let token = select(drawn, NO_TOKEN, given == 0u);
  let fault = select(0u, OUTPUT_NO_NUMBER, token == NO_TOKEN) | select(0u, OUTPUT_OUT_OF_RANGE, faults[fault_at(sequence)] != 0u);
  if (fault != 0u) {
    outputs[at] = fault;
    state[flags_at] |= SEQUENCE_DONE;
    set_row(index, sequence, position, 0u, 0u);
    return;
  }
  outputs[at] = given;
  let remaining = max(sequence_word(sequence, SEQUENCE_REMAINING), given) - given;
  state[sequence_at(sequence, SEQUENCE_REMAINING)] = remaining;
  if (remaining == 0u || is_stop(sequence, token)) {
    state[flags_at] |= SEQUENCE_DONE;
    set_row(index, sequence, position, 0u, 0u);
    return;
  }
  state[span_at(sequence, FIRST_LAYER, SPAN_ROWS)] = 1u;
  state[span_at(sequence, FIRST_LAYER, SPAN_FIRST_ROW)] = index;
  set_row(index, sequence, position + given, token, ROW_VALID | ROW_DECODE);
}

@compute @workgroup_size(THREADS)
fn main(@builtin(local_invocation_index) thread : u32) {
  for (var i = thread; i < sequence_room() * sequence_lengths(); i += THREADS) {
    state[lengths_at() + i] += sequence_rows(i / sequence_lengths(), i / kv_stride() % layer_count());
  }
  storageBarrier();
  let rows = min(logit_row_count(), max_logit_rows()) / params.nodes;
  if (SAMPLED) {
    // Only what was drawn goes on: a sequence that was fed without a logit row has no rows in the next step.
    for (var sequence = thread; sequence < sequence_room(); sequence += THREADS) { state[span_at(sequence, FIRST_LAYER, SPAN_ROWS)] = 0u; }
    // A tree's first logit row is where another sequence's next row may go: all are read before any is written.
    let first = min(thread * params.nodes, max_logit_rows() - 1u);
    let sequence = logit_row_sequence(first);
    let position = logit_row_position(first);
    storageBarrier();
    if (thread < rows) { next_row(thread, sequence, position); }
  }
  storageBarrier();
  if (thread == 0u) {
    if (SAMPLED) { state[row_list(FIRST_LAYER)] = rows; }
    if (TREES) { state[HEADER_LOGIT_ROWS] = rows; }
    state[HEADER_STEP] = step_number() + 1u;
  }
}

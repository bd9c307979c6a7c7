// Which (sequence, KV head) kernels that sum columns work on, and what they do to a slot's mass at the end. It needs
// lib/attention/observed, `mass` and params.layer.
// uses: lib/step-state, lib/step-rows, lib/attention/observed

// Whether slots from `first` on may be seen by rows that are looked at here. Rows that read listed slots are left to
// attention/listed-mass.
fn sums_columns(sequence : u32, kv_head : u32, first : u32) -> bool {
  if (sequence >= max_sequences()) { return false; }
  if (sequence_rows(sequence, params.layer) == 0u || first >= sequence_end(sequence, params.layer, kv_head)) { return false; }
  if (method_word(sequence, METHOD_POLICY) == 0u && method_word(sequence, METHOD_OBSERVE) == OBSERVE_NOTHING) { return false; }
  return row_select(sequence_first_row(sequence, params.layer)) == 0u;
}

// Whether the first of the rows that are observed, where these are not all, is in this step.
fn window_begins(sequence : u32) -> bool {
  let at = method_word(sequence, METHOD_OBSERVE_FROM);
  let first = row_position(sequence_first_row(sequence, params.layer));
  return at > 0u && at >= first && at < first + sequence_rows(sequence, params.layer);
}

// The mass of a slot becomes what it was times `kept`, and `added`. Slots that are new in this step begin at 0, and so do
// all where a window of observed rows begins: what an earlier window saw is forgotten.
fn add_column(sequence : u32, page : u32, kv_head : u32, slot : u32, kept : f32, added : f32) {
  let at = mass_at(page, kv_head, slot);
  let begins = slot >= sequence_length(sequence, params.layer, kv_head) || window_begins(sequence);
  mass[at] = select(mass[at], 0.0, begins) * kept + added;
}

// The rows of a layer: what it computes, and for whom. Every layer has a list of its rows in the step state, so that later
// layers may have fewer than earlier ones; row r of its list is row r of the layer's activations.
// uses: lib/step-state

fn row_count() -> u32 { return state[row_list(params.layer)]; }
fn row_word(row : u32, word : u32) -> u32 { return state[row_at(row, params.layer, word)]; }
fn row_sequence(row : u32) -> u32 { return row_word(row, ROW_SEQUENCE); }
fn row_position(row : u32) -> u32 { return row_word(row, ROW_POSITION); }
fn row_ordinal(row : u32) -> u32 { return row_word(row, ROW_ORDINAL); }
fn row_token(row : u32) -> u32 { return row_word(row, ROW_TOKEN); }
fn row_decodes(row : u32) -> bool { return (row_word(row, ROW_FLAGS) & ROW_DECODE) != 0u; }
fn row_valid(row : u32) -> bool { return row < row_count() && (row_word(row, ROW_FLAGS) & ROW_VALID) != 0u; }

// Where RoPE and masks see the row: its position, less what rank positions have closed up.
fn row_place(row : u32) -> u32 { return row_position(row) - method_word(row_sequence(row), METHOD_CLOSED); }

// The slot that the row's own key and value take: behind those of the sequence, in the order of its rows.
fn row_slot(row : u32, kv_head : u32) -> u32 { return sequence_length(row_sequence(row), params.layer, kv_head) + row_ordinal(row); }

// The slots that the row may read end here, its own the last; which of them it sees, lib/attention/visible says.
fn row_end(row : u32, kv_head : u32) -> u32 { return row_slot(row, kv_head) + 1u; }
// The same where the length of the row's sequence is known.
fn row_end_after(row : u32, length : u32) -> u32 { return length + row_ordinal(row) + 1u; }

// The kind of selection that reads the cache for this row in this layer; 0 = the row attends to every visible slot.
fn row_select(row : u32) -> u32 {
  if (!row_decodes(row)) { return 0u; }
  let sequence = row_sequence(row);
  return select(method_word(sequence, METHOD_SELECT), 0u, params.layer < method_word(sequence, METHOD_SELECT_DENSE));
}

// Whether the row is computed, and this kind of selection chooses what it reads in this layer.
fn row_attends(row : u32, kind : u32) -> bool { return row_valid(row) && row_select(row) == kind; }

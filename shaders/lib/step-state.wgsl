// The step state: what this step computes, for whom, and where it goes. One buffer, read through these functions.
// Laid out by src/kernels/step-layout.ts:
//   header        16 words: row count, logit row count, step number, sequences in use at most, then where the sections begin and their sizes
//   rows          [MAX_ROWS] of 8 words: sequence, position, ordinal, token, parent, flags, target, unused
//   logit rows    [MAX_LOGIT_ROWS] of 4 words: row, sequence, position, flags
//   sequences     [MAX_SEQUENCES] of 32 words: flags, seed, remaining, sampling settings, rows in this step, stop ids, first row
//   lengths       [MAX_SEQUENCES][layers][kv_stride]: slots in use before this step
//   page table    [MAX_SEQUENCES][layers][max_pages]: page of the layer's cache that holds slots PAGE_SLOTS p and on
//   methods       [MAX_SEQUENCES] of 32 words: what cache and attention methods are set to: 16 that all share (MethodWord), 8 of the policy, 8 of the selection
//   budgets       [MAX_SEQUENCES][layers]: slots of a KV head that eviction leaves
// A row's slot in (layer, KV head) is that head's length plus the row's ordinal among its sequence's rows. Its place is
// where RoPE and masks see it: its position, less what rank positions have closed up.
// The words' names (ROW_POSITION, SEQUENCE_SEED, METHOD_WINDOW, …) are those of that file, in capitals: it makes them.

const PAGE_SHIFT = firstTrailingBit(PAGE_SLOTS);
const PAGE_MASK = PAGE_SLOTS - 1u;

// Read from the header, not compiled in, so that models share their kernels.
fn logit_rows_at() -> u32 { return state[HEADER_LOGIT_ROWS_AT]; }
fn sequences_at() -> u32 { return state[HEADER_SEQUENCES_AT]; }
fn lengths_at() -> u32 { return state[HEADER_LENGTHS_AT]; }
fn pages_at() -> u32 { return state[HEADER_PAGES_AT]; }
fn layer_count() -> u32 { return state[HEADER_LAYERS]; }
fn kv_stride() -> u32 { return state[HEADER_KV_STRIDE]; }
fn max_pages() -> u32 { return state[HEADER_MAX_PAGES]; }
fn methods_at() -> u32 { return state[HEADER_METHODS_AT]; }
fn budgets_at() -> u32 { return state[HEADER_BUDGETS_AT]; }

fn max_sequences() -> u32 { return (lengths_at() - sequences_at()) / SEQUENCE_WORDS; }

fn row_count() -> u32 { return state[HEADER_ROWS]; }
fn logit_row_count() -> u32 { return state[HEADER_LOGIT_ROWS]; }
fn step_number() -> u32 { return state[HEADER_STEP]; }
fn sequence_room() -> u32 { return state[HEADER_ROOM]; }

fn row_word(row : u32, word : u32) -> u32 { return state[HEADER_WORDS + row * ROW_WORDS + word]; }
fn row_sequence(row : u32) -> u32 { return row_word(row, ROW_SEQUENCE); }
fn row_position(row : u32) -> u32 { return row_word(row, ROW_POSITION); }
fn row_ordinal(row : u32) -> u32 { return row_word(row, ROW_ORDINAL); }
fn row_token(row : u32) -> u32 { return row_word(row, ROW_TOKEN); }
fn row_valid(row : u32) -> bool { return row < row_count() && (row_word(row, ROW_FLAGS) & ROW_VALID) != 0u; }
fn row_target(row : u32) -> u32 { return row_word(row, ROW_TARGET); }

fn logit_row_word(index : u32, word : u32) -> u32 { return state[logit_rows_at() + index * LOGIT_ROW_WORDS + word]; }
fn logit_row(index : u32) -> u32 { return logit_row_word(index, LOGIT_ROW_ROW); }
fn logit_row_sequence(index : u32) -> u32 { return logit_row_word(index, LOGIT_ROW_SEQUENCE); }
fn logit_row_position(index : u32) -> u32 { return logit_row_word(index, LOGIT_ROW_POSITION); }

fn sequence_word(sequence : u32, word : u32) -> u32 { return state[sequences_at() + sequence * SEQUENCE_WORDS + word]; }
fn sequence_setting(sequence : u32, word : u32) -> f32 { return bitcast<f32>(sequence_word(sequence, word)); }

fn length_at(sequence : u32, layer : u32, kv_head : u32) -> u32 { return lengths_at() + (sequence * layer_count() + layer) * kv_stride() + kv_head; }
fn sequence_length(sequence : u32, layer : u32, kv_head : u32) -> u32 { return state[length_at(sequence, layer, kv_head)]; }
fn page_of(sequence : u32, layer : u32, slot : u32) -> u32 {
  return state[pages_at() + (sequence * layer_count() + layer) * max_pages() + (slot >> PAGE_SHIFT)];
}

fn sequence_rows(sequence : u32) -> u32 { return sequence_word(sequence, SEQUENCE_ROWS); }
fn sequence_first_row(sequence : u32) -> u32 { return sequence_word(sequence, SEQUENCE_FIRST_ROW); }

fn method_at(sequence : u32, word : u32) -> u32 { return methods_at() + sequence * METHOD_WORDS + word; }
fn method_word(sequence : u32, word : u32) -> u32 { return state[method_at(sequence, word)]; }
fn method_setting(sequence : u32, word : u32) -> f32 { return bitcast<f32>(method_word(sequence, word)); }
fn sequence_budget(sequence : u32, layer : u32) -> u32 { return state[budgets_at() + sequence * layer_count() + layer]; }

fn row_place(row : u32) -> u32 { return row_position(row) - method_word(row_sequence(row), METHOD_CLOSED); }

// The kind of selection that reads the cache for this row in this layer; 0 = the row attends to every visible slot.
fn row_select(row : u32, layer : u32) -> u32 {
  if ((row_word(row, ROW_FLAGS) & ROW_DECODE) == 0u) { return 0u; }
  let sequence = row_sequence(row);
  return select(method_word(sequence, METHOD_SELECT), 0u, layer < method_word(sequence, METHOD_SELECT_DENSE));
}

// Whether the row is computed, and this kind of selection chooses what it reads in this layer.
fn row_attends(row : u32, layer : u32, kind : u32) -> bool { return row_valid(row) && row_select(row, layer) == kind; }

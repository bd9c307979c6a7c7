// The step state: what this step computes, for whom, and where it goes. One buffer, read through these functions.
// Laid out by src/kernels/step-layout.ts, which also gives the words their names (ROW_POSITION, METHOD_WINDOW, …):
//   header        [HEADER_WORDS]: logit row count, step number, sequences in use at most, then
//                 where the sections begin and their sizes
//   layers        [layers + 1]: where the layer's list of rows begins; the last is that of the logit rows
//   row lists     a count, the rows [MAX_ROWS] of ROW_WORDS, and the spans [MAX_SEQUENCES] of SPAN_WORDS: how many of the
//                 rows are the sequence's, and which is the first
//   logit rows    [MAX_LOGIT_ROWS] of LOGIT_ROW_WORDS
//   sequences     [MAX_SEQUENCES] of SEQUENCE_WORDS: flags, seed, remaining, sampling settings, stop ids
//   lengths       [MAX_SEQUENCES][layers][kv_stride]: slots in use before this step
//   page table    [MAX_SEQUENCES][layers][max_pages]: page of the layer's cache that holds slots PAGE_SLOTS p and on
//   methods       [MAX_SEQUENCES] of METHOD_WORDS: what cache and attention methods are set to; words that all share, the
//                 policy's, and the selection's
//   budgets       [MAX_SEQUENCES][layers]: slots of a KV head that eviction leaves
//   ranges        [layers][kv_stride]: powers of two of what a cache of halves holds (lib/kv.f16)
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
fn ranges_at() -> u32 { return state[HEADER_RANGES_AT]; }
fn spans_in_list() -> u32 { return state[HEADER_SPANS_IN_LIST]; }

fn max_sequences() -> u32 { return (lengths_at() - sequences_at()) / SEQUENCE_WORDS; }

fn logit_row_count() -> u32 { return state[HEADER_LOGIT_ROWS]; }
fn step_number() -> u32 { return state[HEADER_STEP]; }
fn sequence_room() -> u32 { return state[HEADER_ROOM]; }

// The list of a layer's rows: its first word is their count. lib/step-rows reads those of params.layer.
fn row_list(layer : u32) -> u32 { return state[HEADER_WORDS + layer]; }
fn row_at(row : u32, layer : u32, word : u32) -> u32 { return row_list(layer) + 1u + row * ROW_WORDS + word; }
fn span_at(sequence : u32, layer : u32, word : u32) -> u32 { return row_list(layer) + spans_in_list() + sequence * SPAN_WORDS + word; }
fn sequence_rows(sequence : u32, layer : u32) -> u32 { return state[span_at(sequence, layer, SPAN_ROWS)]; }
fn sequence_first_row(sequence : u32, layer : u32) -> u32 { return state[span_at(sequence, layer, SPAN_FIRST_ROW)]; }

// `logit_row` is the number of a row in the last layers' list.
fn logit_row_at(index : u32, word : u32) -> u32 { return logit_rows_at() + index * LOGIT_ROW_WORDS + word; }
fn logit_row_word(index : u32, word : u32) -> u32 { return state[logit_row_at(index, word)]; }
fn logit_row(index : u32) -> u32 { return logit_row_word(index, LOGIT_ROW_ROW); }
fn logit_row_sequence(index : u32) -> u32 { return logit_row_word(index, LOGIT_ROW_SEQUENCE); }
fn logit_row_position(index : u32) -> u32 { return logit_row_word(index, LOGIT_ROW_POSITION); }
fn logit_row_target(index : u32) -> u32 { return logit_row_word(index, LOGIT_ROW_TARGET); }

fn sequence_at(sequence : u32, word : u32) -> u32 { return sequences_at() + sequence * SEQUENCE_WORDS + word; }
fn sequence_word(sequence : u32, word : u32) -> u32 { return state[sequence_at(sequence, word)]; }
fn sequence_setting(sequence : u32, word : u32) -> f32 { return bitcast<f32>(sequence_word(sequence, word)); }

fn length_at(sequence : u32, layer : u32, kv_head : u32) -> u32 {
  return lengths_at() + (sequence * layer_count() + layer) * kv_stride() + kv_head;
}
fn sequence_length(sequence : u32, layer : u32, kv_head : u32) -> u32 { return state[length_at(sequence, layer, kv_head)]; }
// Slots in use once the step's rows have brought theirs.
fn sequence_end(sequence : u32, layer : u32, kv_head : u32) -> u32 {
  return sequence_length(sequence, layer, kv_head) + sequence_rows(sequence, layer);
}
fn page_of(sequence : u32, layer : u32, slot : u32) -> u32 {
  return state[pages_at() + (sequence * layer_count() + layer) * max_pages() + (slot >> PAGE_SHIFT)];
}

fn method_at(sequence : u32, word : u32) -> u32 { return methods_at() + sequence * METHOD_WORDS + word; }
fn method_word(sequence : u32, word : u32) -> u32 { return state[method_at(sequence, word)]; }
fn method_setting(sequence : u32, word : u32) -> f32 { return bitcast<f32>(method_word(sequence, word)); }
fn sequence_budget(sequence : u32, layer : u32) -> u32 { return state[budgets_at() + sequence * layer_count() + layer]; }
fn range_word(layer : u32, kv_head : u32) -> u32 { return state[ranges_at() + layer * kv_stride() + kv_head]; }

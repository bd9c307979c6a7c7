// The step state: what this step computes, for whom, and where it goes. One buffer, read through these functions.
// Laid out by src/kernels/step-layout.ts:
//   header        16 words: row count, logit row count, step number, 0, then where the sections begin and their sizes
//   rows          [MAX_ROWS] of 8 words: sequence, position, ordinal, token, parent, flags, target, unused
//   logit rows    [MAX_LOGIT_ROWS] of 4 words: row, sequence, position, flags
//   sequences     [MAX_SEQUENCES] of 32 words: flags, seed, remaining, sampling settings, rows in this step, stop ids, first row
//   lengths       [MAX_SEQUENCES][layers][kv_stride]: slots in use before this step
//   page table    [MAX_SEQUENCES][layers][max_pages]: page of the layer's cache that holds slots 64 p ... 64 p + 63
//   methods       [MAX_SEQUENCES] of 32 words: what the sequence's cache and attention methods are set to (MethodWord)
//   budgets       [MAX_SEQUENCES][layers]: slots of a KV head that eviction leaves
// A row's slot in (layer, KV head) is that head's length plus the row's ordinal among its sequence's rows. Its place is
// where RoPE and masks see it: its position, less what rank positions have closed up.
const ROWS_AT = 16u;
const ROW_WORDS = 8u;
const LOGIT_ROW_WORDS = 4u;
const SEQUENCE_WORDS = 32u;
const METHOD_WORDS = 32u;

const ROW_VALID = 1u;
const ROW_DECODE = 2u;  // the token came after the prompt: decoding methods apply

const SEQUENCE_DONE = 1u;
const SEQUENCE_PENALTIES = 2u;
const SEQUENCE_IGNORE_EOS = 4u;
const SEQUENCE_MASKED = 8u;

// Read from the header, not compiled in, so that models share their kernels.
fn logit_rows_at() -> u32 { return state[4]; }
fn sequences_at() -> u32 { return state[5]; }
fn lengths_at() -> u32 { return state[6]; }
fn pages_at() -> u32 { return state[7]; }
fn layer_count() -> u32 { return state[8]; }
fn kv_stride() -> u32 { return state[9]; }
fn max_pages() -> u32 { return state[10]; }
fn methods_at() -> u32 { return state[11]; }
fn budgets_at() -> u32 { return state[12]; }

fn max_sequences() -> u32 { return (lengths_at() - sequences_at()) / SEQUENCE_WORDS; }

fn row_count() -> u32 { return state[0]; }
fn logit_row_count() -> u32 { return state[1]; }
fn step_number() -> u32 { return state[2]; }

fn row_word(row : u32, word : u32) -> u32 { return state[ROWS_AT + row * ROW_WORDS + word]; }
fn row_sequence(row : u32) -> u32 { return row_word(row, 0u); }
fn row_position(row : u32) -> u32 { return row_word(row, 1u); }
fn row_ordinal(row : u32) -> u32 { return row_word(row, 2u); }
fn row_token(row : u32) -> u32 { return row_word(row, 3u); }
fn row_valid(row : u32) -> bool { return row < row_count() && (row_word(row, 5u) & ROW_VALID) != 0u; }
fn row_target(row : u32) -> u32 { return row_word(row, 6u); }

fn logit_row_word(index : u32, word : u32) -> u32 { return state[logit_rows_at() + index * LOGIT_ROW_WORDS + word]; }
fn logit_row(index : u32) -> u32 { return logit_row_word(index, 0u); }
fn logit_row_sequence(index : u32) -> u32 { return logit_row_word(index, 1u); }
fn logit_row_position(index : u32) -> u32 { return logit_row_word(index, 2u); }

fn sequence_word(sequence : u32, word : u32) -> u32 { return state[sequences_at() + sequence * SEQUENCE_WORDS + word]; }
fn sequence_setting(sequence : u32, word : u32) -> f32 { return bitcast<f32>(sequence_word(sequence, word)); }

fn length_at(sequence : u32, layer : u32, kv_head : u32) -> u32 { return lengths_at() + (sequence * layer_count() + layer) * kv_stride() + kv_head; }
fn sequence_length(sequence : u32, layer : u32, kv_head : u32) -> u32 { return state[length_at(sequence, layer, kv_head)]; }
fn page_of(sequence : u32, layer : u32, slot : u32) -> u32 { return state[pages_at() + (sequence * layer_count() + layer) * max_pages() + (slot >> 6u)]; }

fn sequence_rows(sequence : u32) -> u32 { return sequence_word(sequence, 10u); }
fn sequence_first_row(sequence : u32) -> u32 { return sequence_word(sequence, 28u); }

const METHOD_POLICY = 0u;
const METHOD_EVERY = 1u;
const METHOD_SINKS = 2u;
const METHOD_RECENT = 3u;
const METHOD_OBSERVE = 4u;
const METHOD_DECAY = 5u;
const METHOD_OBSERVE_FROM = 6u;
const METHOD_OBSERVE_UNTIL = 7u;
const METHOD_PROMPT_END = 8u;
const METHOD_TAU_FIRST = 9u;
const METHOD_TAU_STEP = 10u;
const METHOD_CLOSED = 11u;
const METHOD_SELECT = 12u;
const METHOD_SELECT_COUNT = 13u;
const METHOD_SELECT_SINKS = 14u;
const METHOD_SELECT_RECENT = 15u;
const METHOD_SELECT_DENSE = 16u;
const METHOD_THETA = 17u;
const METHOD_WINDOW = 18u;
const METHOD_WINDOW_SINKS = 19u;
const METHOD_POOL = 20u;
const METHOD_RANK = 21u;
const METHOD_FLOOR = 22u;
const METHOD_PAGE = 23u;

const OBSERVE_NOTHING = 0u;
const OBSERVE_MASS = 1u;
const OBSERVE_NOISY_MASS = 2u;

fn method_at(sequence : u32, word : u32) -> u32 { return methods_at() + sequence * METHOD_WORDS + word; }
fn method_word(sequence : u32, word : u32) -> u32 { return state[method_at(sequence, word)]; }
fn method_setting(sequence : u32, word : u32) -> f32 { return bitcast<f32>(method_word(sequence, word)); }
fn sequence_budget(sequence : u32, layer : u32) -> u32 { return state[budgets_at() + sequence * layer_count() + layer]; }

fn row_place(row : u32) -> u32 { return row_position(row) - method_word(row_sequence(row), METHOD_CLOSED); }

// The kind of selection that reads the cache for this row in this layer; 0 = the row attends to every visible slot.
fn row_select(row : u32, layer : u32) -> u32 {
  if ((row_word(row, 5u) & ROW_DECODE) == 0u) { return 0u; }
  let sequence = row_sequence(row);
  return select(method_word(sequence, METHOD_SELECT), 0u, layer < method_word(sequence, METHOD_SELECT_DENSE));
}

// Whether the row is computed, and this kind of selection chooses what it reads in this layer.
fn row_attends(row : u32, layer : u32, kind : u32) -> bool { return row_valid(row) && row_select(row, layer) == kind; }

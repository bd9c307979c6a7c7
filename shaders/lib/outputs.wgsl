// `outputs` [RING][MAX_LOGIT_ROWS] of OUTPUT_WORDS: a slot per step for what its logit rows gave, read back by the CPU some steps later.
// The words of a sequence's logit rows lie together. Where tokens are drawn they are [count, tokens ...]; where rows are scored each
// row has two of its own. A count may have a bit that says why the sequence ends without a token: OUTPUT_NO_NUMBER, OUTPUT_OUT_OF_RANGE.
// uses: lib/step-state
// constants: RING
fn max_logit_rows() -> u32 { return (sequences_at() - logit_rows_at()) / LOGIT_ROW_WORDS; }
fn output_at(row : u32) -> u32 { return ((step_number() % RING) * max_logit_rows() + row) * OUTPUT_WORDS; }
// Where token `index` of the sequence whose first logit row is `row` stands; before the first is their count.
fn output_token_at(row : u32, index : u32) -> u32 { return output_at(row) + 1u + index; }

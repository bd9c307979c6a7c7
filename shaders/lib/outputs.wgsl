// `outputs` [RING][MAX_LOGIT_ROWS] of OUTPUT_WORDS: a slot per step for what its logit rows gave, read back by the CPU some steps later.
// uses: lib/step-state
// constants: RING
fn max_logit_rows() -> u32 { return (sequences_at() - logit_rows_at()) / LOGIT_ROW_WORDS; }
fn output_at(row : u32) -> u32 { return ((step_number() % RING) * max_logit_rows() + row) * OUTPUT_WORDS; }

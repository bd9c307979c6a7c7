// `outputs` [RING][MAX_LOGIT_ROWS] of 2 words: a slot per step for what its logit rows gave, read back by the CPU some steps later.
const MAX_LOGIT_ROWS = (SEQUENCES_AT - LOGIT_ROWS_AT) / LOGIT_ROW_WORDS;
fn output_at(row : u32) -> u32 { return ((step_number() % RING) * MAX_LOGIT_ROWS + row) * 2u; }

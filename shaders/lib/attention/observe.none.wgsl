// Nothing is noted down for eviction.
const OBSERVES = false;
fn row_observed(row : u32) -> bool { return false; }
fn begin_notes(row : u32) {}
fn note_scores(row : u32, kv_head : u32, first_head : u32, slot : u32, visible : bool) {}
fn observe(t : u32, row : u32, kv_head : u32, first_head : u32, split : u32) {}

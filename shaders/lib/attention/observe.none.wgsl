// Nothing is noted down for eviction.
const OBSERVES = false;
fn row_observed(row : u32) -> bool { return false; }
fn note_score(head : u32, slot : u32, score : f32) {}
fn observe(t : u32, row : u32, kv_head : u32, first_head : u32, split : u32) {}

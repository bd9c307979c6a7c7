// Nothing is noted down for eviction.
const OBSERVES = false;
fn observe(group : u32, t : u32, row : u32) {}

// One matrix for all batch rows.
fn weights_from(column : u32) -> u32 { return 0u; }

// A matrix without a bias.
fn biased(pair : vec2f, row : u32) -> vec2f { return pair; }

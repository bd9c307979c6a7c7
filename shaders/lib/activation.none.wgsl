// No activation.
fn activated(x : f32) -> f32 { return x; }

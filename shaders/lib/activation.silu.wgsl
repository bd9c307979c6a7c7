// x sigmoid(x). exp(-x) overflows below -88, where silu is 0 to f32 precision.
fn activated(x : f32) -> f32 { return x / (1.0 + exp(-max(x, -80.0))); }

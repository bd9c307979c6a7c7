// GELU with the error function: 0.5 x (1 + erf(x / sqrt 2)). WGSL has no erf: Abramowitz and Stegun, 7.1.26, off by 1.5e-7 at most.
fn activated(x : f32) -> f32 {
  let z = min(abs(x) * 0.7071067812, 9.0);
  let t = 1.0 / (1.0 + 0.3275911 * z);
  let tail = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t * exp(-z * z);
  return 0.5 * x * select(tail, 2.0 - tail, x > 0.0);
}

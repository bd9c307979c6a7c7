// Scores that end softly (Gemma 2, arXiv 2408.00118): cap tanh(score / cap), where the layer has a cap; `unit` is what scores are
// counted in: 1, or LOG2_E where they are exponents of 2.
// constants: SOFT_CAP
fn soft_capped(score : f32, unit : f32) -> f32 {
  if (SOFT_CAP == 0.0) { return score; }
  let cap = SOFT_CAP * unit;
  // tanh overflows on some drivers, and is 1 to f32 precision beyond 10.
  return cap * tanh(clamp(score / cap, -15.0, 15.0));
}

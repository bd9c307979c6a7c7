// Logits with what networks do to them at the end: a bias (bias_at; NO_BIAS = none), a factor, and a soft cap (Gemma 2, arXiv
// 2408.00118: cap tanh(x / cap); 0 = none).
const NO_BIAS = 0xffffffffu;
fn shaped(logit : f32, id : u32) -> f32 {
  var value = logit;
  if (params.bias_at != NO_BIAS) { value += vectors[params.bias_at + id / 4u][id & 3u]; }
  value *= params.factor;
  // tanh overflows on some drivers, and is 1 to f32 precision beyond 10.
  if (params.cap > 0.0) { value = params.cap * tanh(clamp(value / params.cap, -15.0, 15.0)); }
  return value;
}

// GELU in its tanh form (Hendrycks, Gimpel 2016, arXiv 1606.08415): 0.5 x (1 + tanh u) is x sigmoid(2 u).
fn activated(x : f32) -> f32 {
  let u = 0.7978845608 * (x + 0.044715 * x * x * x);
  return x / (1.0 + exp(-max(2.0 * u, -80.0)));
}

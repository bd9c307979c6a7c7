// Normalised rows as f32.
// constants: THREADS
alias Output = vec4f;                                             // [rows, HIDDEN / 4]
fn store_row(row : u32, t : u32, factor : f32) {
  for (var i = t; i < QUADS; i += THREADS) { y[row * QUADS + i] = x[row * QUADS + i] * gain[params.gain_at + i] * factor; }
}

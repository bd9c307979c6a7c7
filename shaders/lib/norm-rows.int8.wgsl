// Normalised rows as int8 blocks of 32 (lib/linear/int8-block), one a thread; HIDDEN is a multiple of 32.
// uses: lib/linear/int8-block
// constants: HIDDEN, THREADS
alias Output = vec4u;                                             // [rows, HIDDEN / 32, 3]
fn store_row(row : u32, t : u32, factor : f32) {
  for (var block = t; block < HIDDEN / 32u; block += THREADS) {
    var quads : array<vec4f, 8>;
#for q in 8
    quads[$q] = x[row * QUADS + block * 8u + $qu] * gain[params.gain_at + block * 8u + $qu] * factor;
#end
    let coded = int8_block(quads);
    let at = (row * (HIDDEN / 32u) + block) * 3u;
    y[at] = coded.first;
    y[at + 1u] = coded.second;
    y[at + 2u] = coded.scales;
  }
}

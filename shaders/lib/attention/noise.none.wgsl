// No sequence wants noise on its scores.
// uses: lib/attention/observed
const NOISE = false;
fn noisy(sequence : u32) -> bool { return false; }
fn noise_words(noise : RowNoise, layer : u32, kv_head : u32, heads : u32, slot : u32) -> vec4u { return vec4u(0u); }
fn noise_of(word : u32) -> f32 { return 0.0; }
fn row_noise(row : u32) -> RowNoise { return RowNoise(0u, 0u, 1.0); }

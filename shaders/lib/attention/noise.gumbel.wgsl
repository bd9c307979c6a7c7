// Gumbel noise on the scores of observed rows, as Keyformer takes it (Adnan et al. 2024, arXiv 2403.09054): a slot's share
// is softmax((score + noise) / tau). Fresh for every (seed, row, layer, query head, slot); the same in every kernel that
// asks, wherever the slot lies, since it goes by positions. The streams of the sampler are below 16. It needs lib/philox.
const NOISE = true;
const STREAM_MASS_NOISE = 16u;

fn noisy(sequence : u32) -> bool { return method_word(sequence, METHOD_OBSERVE) == OBSERVE_NOISY_MASS; }

// Random words of query heads 4 heads … 4 heads + 3 of the KV head, for the slot at `place`.
fn noise_words(row : u32, layer : u32, kv_head : u32, heads : u32, place : u32) -> vec4u {
  let counter = vec4u(place, row_position(row), STREAM_MASS_NOISE, (layer << 16u) | (kv_head << 8u) | heads);
  return philox_words(counter, sequence_word(row_sequence(row), 1u));
}

// In log2 units, as the scores.
fn noise_of(word : u32) -> f32 { return gumbel_noise(word) * 1.4426950408889634; }

// 1 / tau of the row. tau stays what it is first through the prompt, and changes by a step with every token after it.
fn noise_cooling(row : u32) -> f32 {
  let sequence = row_sequence(row);
  let next = row_position(row) + 1u;
  let end = method_word(sequence, METHOD_PROMPT_END);
  return 1.0 / (method_setting(sequence, METHOD_TAU_FIRST) + method_setting(sequence, METHOD_TAU_STEP) * f32(select(0u, next - end, next > end)));
}

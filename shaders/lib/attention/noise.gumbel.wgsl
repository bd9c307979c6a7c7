// Gumbel noise on the scores of observed rows, as Keyformer takes it (Adnan et al. 2024, arXiv 2403.09054): a slot's share
// is softmax((score + noise) / tau). Fresh for every (seed, row, layer, query head, slot), and the same in every
// kernel that asks. It goes by slots, not by the positions of what they hold: slots move between steps only, and the row's own
// position makes it fresh in each. It needs lib/threefry and lib/gumbel.
// uses: lib/step-state, lib/step-rows, settings/*, lib/attention/observed, lib/threefry, lib/gumbel
const NOISE = true;
const STREAM_MASS_NOISE = 16u;

fn noisy(sequence : u32) -> bool { return method_word(sequence, METHOD_OBSERVE) == OBSERVE_NOISY_MASS; }

// Random words of query heads 4 heads … 4 heads + 3 of the KV head, for a slot.
fn noise_words(noise : RowNoise, layer : u32, kv_head : u32, heads : u32, slot : u32) -> vec4u {
  return threefry_words(vec4u(slot, noise.position, STREAM_MASS_NOISE, (layer << 16u) | (kv_head << 8u) | heads), noise.seed);
}

// In log2 units, as the scores.
fn noise_of(word : u32) -> f32 { return minus_log2(minus_log2(unit_of(word))) - log2(log(2.0)); }

// What the noise of a row goes by. tau stays what it is first through the prompt, and changes by a step with every token
// after it.
fn row_noise(row : u32) -> RowNoise {
  let sequence = row_sequence(row);
  let position = row_position(row);
  let next = position + 1u;
  let end = method_word(sequence, METHOD_PROMPT_END);
  let cooling = 1.0 / (setting_tau_first(sequence) + setting_tau_step(sequence) * f32(select(0u, next - end, next > end)));
  return RowNoise(position, sequence_word(sequence, SEQUENCE_SEED), cooling);
}

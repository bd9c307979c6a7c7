// Penalties of a token that occurred before, from the sequence's settings and `counts` [sequences, VOCAB]: bit 31 = in the prompt,
// the other bits = how often in the output. The repetition penalty (Keskar et al. 2019, arXiv:1909.05858) counts both, the others the output.
const COUNT_PROMPT = 0x80000000u;

fn penalise(logit : f32, sequence : u32, token : u32) -> f32 {
  if ((sequence_word(sequence, 0u) & SEQUENCE_PENALTIES) == 0u) { return logit; }
  let seen = counts[sequence * VOCAB + token];
  if (seen == 0u) { return logit; }
  let repetition = sequence_setting(sequence, 7u);
  let repeated = select(logit * repetition, logit / repetition, logit > 0.0);
  let count = seen & ~COUNT_PROMPT;
  if (count == 0u) { return repeated; }
  return repeated - sequence_setting(sequence, 8u) - sequence_setting(sequence, 9u) * f32(count);
}

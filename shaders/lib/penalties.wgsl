// What a sequence's settings make of a token's logit. `counts` [sequences] holds VOCAB words, COUNT_PROMPT = in the prompt, the other bits = how
// often in the output; then ceil(VOCAB / 32) words with a bit for every token that may come next. It has room for sequences that need it.
// The repetition penalty (Keskar et al. 2019, arXiv:1909.05858) counts prompt and output, the others the output.
// uses: lib/step-state
// constants: VOCAB
const SEQUENCE_COUNTS = VOCAB + (VOCAB + 31u) / 32u;

fn penalise(logit : f32, sequence : u32, token : u32) -> f32 {
  let flags = sequence_word(sequence, SEQUENCE_FLAGS);
  if ((flags & (SEQUENCE_PENALTIES | SEQUENCE_MASKED)) == 0u) { return logit; }
  if ((flags & SEQUENCE_MASKED) != 0u) {
    let allowed = counts[sequence * SEQUENCE_COUNTS + VOCAB + token / 32u];
    if (((allowed >> (token & 31u)) & 1u) == 0u) { return MASKED_LOGIT; }
    if ((flags & SEQUENCE_PENALTIES) == 0u) { return logit; }
  }
  let seen = counts[sequence * SEQUENCE_COUNTS + token];
  if (seen == 0u) { return logit; }
  let repetition = sequence_setting(sequence, SEQUENCE_REPETITION);
  let repeated = select(logit * repetition, logit / repetition, logit > 0.0);
  let count = seen & ~COUNT_PROMPT;
  if (count == 0u) { return repeated; }
  return repeated - sequence_setting(sequence, SEQUENCE_PRESENCE) - sequence_setting(sequence, SEQUENCE_FREQUENCY) * f32(count);
}

// What ends a sequence on the GPU: one of its stop ids. Stop strings, and ids beyond MAX_STOP_IDS, the CPU finds.
// uses: lib/step-state
fn is_stop(sequence : u32, token : u32) -> bool {
  if ((sequence_word(sequence, SEQUENCE_FLAGS) & SEQUENCE_IGNORE_EOS) != 0u) { return false; }
  for (var i = 0u; i < min(sequence_word(sequence, SEQUENCE_STOP_COUNT), MAX_STOP_IDS); i++) {
    if (sequence_word(sequence, SEQUENCE_STOP_IDS + i) == token) { return true; }
  }
  return false;
}

// Which rows are observed for eviction. What is observed lies beside the layer's pages:
//   mass       [pages][KV_HEADS][64] f32: what a policy knows of a slot
// uses: lib/step-state, lib/step-rows
// constants: KV_HEADS

fn row_observed(row : u32) -> bool {
  let sequence = row_sequence(row);
  let position = row_position(row);
  return method_word(sequence, METHOD_OBSERVE) != OBSERVE_NOTHING &&
    position >= method_word(sequence, METHOD_OBSERVE_FROM) && position < method_word(sequence, METHOD_OBSERVE_UNTIL);
}

// What the mass of the slots that the row sees is multiplied with before its own is added. Prompts are summed.
fn row_decay(row : u32) -> f32 {
  return select(1.0, method_setting(row_sequence(row), METHOD_DECAY), row_decodes(row));
}

fn mass_at(page : u32, kv_head : u32, slot : u32) -> u32 { return (page * KV_HEADS + kv_head) * PAGE_SLOTS + (slot & PAGE_MASK); }

// What the noise on a row's scores goes by, the same for all slots; cooling is 1 / tau (lib/attention/noise.*).
struct RowNoise { position : u32, seed : u32, cooling : f32 }

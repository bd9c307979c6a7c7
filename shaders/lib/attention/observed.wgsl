// Which rows are observed for eviction, and which slots they see. What is observed lies beside the layer's pages:
//   mass       [pages][KV_HEADS][64] f32: what a policy knows of a slot
// It needs lib/step-state, the cache parts and lib/attention/window.
// uses: lib/step-state
// constants: KV_HEADS, WINDOW

fn row_observed(row : u32) -> bool {
  let sequence = row_sequence(row);
  let position = row_position(row);
  return method_word(sequence, METHOD_OBSERVE) != OBSERVE_NOTHING &&
    position >= method_word(sequence, METHOD_OBSERVE_FROM) && position < method_word(sequence, METHOD_OBSERVE_UNTIL);
}

// What the mass of the slots that the row sees is multiplied with before its own is added. Prompts are summed.
fn row_decay(row : u32) -> f32 {
  return select(1.0, method_setting(row_sequence(row), METHOD_DECAY), (row_word(row, ROW_FLAGS) & ROW_DECODE) != 0u);
}

fn mass_at(page : u32, kv_head : u32, slot : u32) -> u32 { return (page * KV_HEADS + kv_head) * PAGE_SLOTS + (slot & PAGE_MASK); }

// Whether any slot may be hidden from a row of the sequence: by the layer's window, or by a mask of the sequence's.
fn hides(sequence : u32) -> bool { return WINDOW > 0u || method_word(sequence, METHOD_WINDOW) > 0u; }

// Whether a row at place `own` sees what is stored at `place`.
fn place_visible(sequence : u32, own : u32, place : u32) -> bool {
  let window = method_word(sequence, METHOD_WINDOW);
  return (WINDOW == 0u || place + WINDOW > own) && (window == 0u || place + window > own || place < method_word(sequence, METHOD_WINDOW_SINKS));
}

// What the noise on a row's scores goes by, the same for all slots; cooling is 1 / tau (lib/attention/noise.*).
struct RowNoise { position : u32, seed : u32, cooling : f32 }

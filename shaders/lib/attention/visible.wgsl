// Which slots a row may read; nothing else in the kernels decides this. Slots before the row's end (lib/step-rows) are there
// to be read, and of these the layer's sliding window and, with MASKED, the mask of the row's sequence show some. Places are
// read from the cache, since slots may lie in any order. Of the slots that its own step brings, lib/attention/branch may hide some.
// With BIDIRECTIONAL, of encoders, a row reads all slots of its step, and a window lets it see WINDOW / 2 positions to either side.
// uses: lib/step-state, lib/step-rows, lib/kv.*, lib/cache-layout, lib/attention/branch.*
// constants: WINDOW, MASKED, BIDIRECTIONAL

// Whether a slot before a row's end may be hidden from it.
const HIDES = WINDOW > 0u || MASKED;

// A sequence's mask shows slots less than `window` places back, and the places below `sinks`.
struct Mask { window : u32, sinks : u32 }
fn mask_of(sequence : u32) -> Mask {
  if (!MASKED) { return Mask(0u, 0u); }
  let window = method_word(sequence, METHOD_WINDOW);
  return Mask(select(window, 0x7fffffffu, window == 0u), method_word(sequence, METHOD_WINDOW_SINKS));
}

// The slots that a row may read end here, where the length of its sequence is known.
fn row_reach(row : u32, length : u32) -> u32 {
  if (BIDIRECTIONAL) { return length + sequence_rows(row_sequence(row), params.layer); }
  return row_end_after(row, length);
}

// What a row sees, known before slots are looked at: slots before `end`, as its own place + 1, `oldest`, `mask` and `branch` tell.
struct Sight { end : u32, oldest : u32, mask : Mask, branch : Branch }

fn row_sight(row : u32, kv_head : u32) -> Sight {
  let sequence = row_sequence(row);
  return sight_after(row, sequence_length(sequence, params.layer, kv_head), mask_of(sequence), true);
}

// The same where length and mask of the row's sequence are known, and for a row that reads nothing unless `reads`.
fn sight_after(row : u32, length : u32, mask : Mask, reads : bool) -> Sight {
  return Sight(select(0u, row_reach(row, length), reads), select(0u, row_place(row) + 1u, HIDES), mask, branch_of(row, length));
}

// Whether the row sees the slot, which holds what is at `place`: `place_in`.
fn row_sees(sight : Sight, slot : u32, place : u32) -> bool {
  let near = !BIDIRECTIONAL || WINDOW == 0u || place < sight.oldest + WINDOW / 2u;
  return slot < sight.end && near && shows(sight.mask, sight.oldest, place) && on_branch(sight.branch, slot);
}

// The place of what the slot holds, where `row_sees` looks at it.
fn place_in(page : u32, kv_head : u32, slot : u32) -> u32 {
  if (HIDES) { return position_at(page, kv_head, slot); }
  return 0u;
}

fn position_at(page : u32, kv_head : u32, slot : u32) -> u32 {
  let word = position_word(page, kv_head, slot);
  return quad_word(cache[word / QUAD_WORDS], word);
}

// Whether window and mask show `place` to a row whose own place + 1 is `oldest`.
fn shows(mask : Mask, oldest : u32, place : u32) -> bool {
  let back = select(WINDOW, WINDOW / 2u + 1u, BIDIRECTIONAL);
  return (WINDOW == 0u || place + back >= oldest) && (!MASKED || place + mask.window >= oldest || place < mask.sinks);
}

// Whether the page shows any slot to a row whose place + 1 is `oldest`, or more. The newest slot is mostly the last, so the
// search begins there. Slots not in use hold anything: they can only make a page visible.
fn page_visible(page : u32, kv_head : u32, mask : Mask, oldest : u32) -> bool {
  for (var slot = PAGE_SLOTS; slot > 0u; slot--) {
    if (shows(mask, oldest, position_at(page, kv_head, slot - 1u))) { return true; }
  }
  return false;
}

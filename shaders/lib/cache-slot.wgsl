// The words of one slot, one after the other, for kernels that move slots: its key, its value, its position, its scales. What a page
// stores per slot beside these has to be named here, or it stays behind when slots move.
// uses: lib/step-state, lib/kv.*, lib/cache-layout
// constants: KV_HEADS
const SLOT_WORDS = 2u * HEAD_WORDS + 1u + SCALES;
fn slot_word(page : u32, kv_head : u32, slot : u32, word : u32) -> u32 {
  if (word < HEAD_WORDS) { return key_word(page, kv_head, slot) + word; }
  if (word < 2u * HEAD_WORDS) { return value_word(page, kv_head, slot) + word - HEAD_WORDS; }
  if (word == 2u * HEAD_WORDS) { return position_word(page, kv_head, slot); }
  return scale_word(page, kv_head, slot, word - 2u * HEAD_WORDS - 1u);
}
// Where buffers of one word per slot beside the cache keep it: [pages, KV_HEADS, 64].
fn side_word(page : u32, kv_head : u32, slot : u32) -> u32 { return (page * KV_HEADS + kv_head) * PAGE_SLOTS + (slot & PAGE_MASK); }

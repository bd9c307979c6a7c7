// Where things lie in one layer's cache: pages of 64 slots, each with typed sections, addressed in 32-bit words.
//   keys       [KV_HEADS][64][HEAD_DIM]
//   values     [KV_HEADS][64][HEAD_DIM]
//   positions  [KV_HEADS][64] u32
//   scales     [SCALES][KV_HEADS][64] f32: with q8 those of the keys, then those of the values
// QUAD_WORDS is the storage of four neighbouring elements: 2 words as f16, 4 as f32, 1 as q8 (lib/kv.f16, lib/kv.f32, lib/kv.q8).
// uses: lib/step-state, lib/kv.*
// constants: KV_HEADS, HEAD_DIM
const HEAD_WORDS = HEAD_DIM / 4u * QUAD_WORDS;
const SECTION_WORDS = KV_HEADS * PAGE_SLOTS * HEAD_WORDS;
const PAGE_WORDS = 2u * SECTION_WORDS + (1u + SCALES) * KV_HEADS * PAGE_SLOTS;

fn key_word(page : u32, kv_head : u32, slot : u32) -> u32 { return page * PAGE_WORDS + (kv_head * PAGE_SLOTS + (slot & PAGE_MASK)) * HEAD_WORDS; }
fn value_word(page : u32, kv_head : u32, slot : u32) -> u32 { return key_word(page, kv_head, slot) + SECTION_WORDS; }
fn position_word(page : u32, kv_head : u32, slot : u32) -> u32 { return page * PAGE_WORDS + 2u * SECTION_WORDS + kv_head * PAGE_SLOTS + (slot & PAGE_MASK); }
fn scale_word(page : u32, kv_head : u32, slot : u32, which : u32) -> u32 { return position_word(page, kv_head, slot) + (1u + which) * KV_HEADS * PAGE_SLOTS; }

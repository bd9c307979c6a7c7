// Where things lie in one layer's cache: pages of 64 slots, each with typed sections, addressed in 32-bit words.
//   keys       [KV_HEADS][64][HEAD_DIM]
//   values     [KV_HEADS][64][HEAD_DIM]
//   positions  [KV_HEADS][64] u32
// PAIR_WORDS is the storage of two neighbouring elements: 1 word as f16, 2 as f32 (lib/kv.f16, lib/kv.f32).
const PAGE_SLOTS = 64u;
const HEAD_WORDS = HEAD_DIM / 2u * PAIR_WORDS;
const SECTION_WORDS = KV_HEADS * PAGE_SLOTS * HEAD_WORDS;
const PAGE_WORDS = 2u * SECTION_WORDS + KV_HEADS * PAGE_SLOTS;

fn key_word(page : u32, kv_head : u32, slot : u32) -> u32 { return page * PAGE_WORDS + (kv_head * PAGE_SLOTS + (slot & 63u)) * HEAD_WORDS; }
fn value_word(page : u32, kv_head : u32, slot : u32) -> u32 { return key_word(page, kv_head, slot) + SECTION_WORDS; }
fn position_word(page : u32, kv_head : u32, slot : u32) -> u32 { return page * PAGE_WORDS + 2u * SECTION_WORDS + kv_head * PAGE_SLOTS + (slot & 63u); }

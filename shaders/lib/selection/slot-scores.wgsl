// What selection/slot-scores leaves for selection/vote-top-k in `scores`:
//   scores  [params.rows][Q_HEADS][params.capacity] f32; FORCED: always chosen; LOWEST: never
//   pages   [params.rows][Q_HEADS][SCORE_PAGES] (max, sum of exp(score - max)) over those that take part in the softmax
//   reuse   [params.rows]: 1 where the choice in memory is used again; then only the scores of head 0 are there, as marks
// uses: lib/constants, lib/step-state
// constants: Q_HEADS, HEAD_DIM
const FORCED = -LOWEST;
fn score_pages() -> u32 { return (params.capacity + PAGE_SLOTS - 1u) / PAGE_SLOTS; }
fn score_at(row : u32, head : u32, slot : u32) -> u32 { return (row * Q_HEADS + head) * params.capacity + slot; }
fn page_sum_at(row : u32, head : u32, page : u32) -> u32 {
  return params.rows * Q_HEADS * params.capacity + ((row * Q_HEADS + head) * score_pages() + page) * 2u;
}
fn reuse_at(row : u32) -> u32 { return page_sum_at(params.rows, 0u, 0u) + row; }

// What is kept of a sequence's last choice, u32 [sequences][MEMORY_HEAD + Q_HEADS * HEAD_DIM + 1 + params.capacity]: slots when
// it was used last (0 = nothing is kept), slots when it was made, the place of its query; the query; how many, then the slots.
const MEMORY_HEAD = 3u;
fn memory_at(sequence : u32) -> u32 { return sequence * (MEMORY_HEAD + Q_HEADS * HEAD_DIM + 1u + params.capacity); }

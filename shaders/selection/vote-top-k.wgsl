// Chooses slots by the scores that selection/slot-scores left. The heads of a set vote with their softmax, and the
// `k` slots with the most votes are chosen, ties to the lower slot, besides those that are marked. With SHARED
// all heads of the layer are one set (TokenSelect: Wu et al. 2024, arXiv 2411.02886), otherwise the query heads of each
// KV head. One workgroup per (set, row). Slots are listed in order. With KEEPS the choice is kept in `memory`, or taken
// from there where slot-scores says so.
// uses: lib/constants, lib/step-state, lib/step-rows, settings/*, lib/selection/slot-scores, lib/selection/memory.*
// uses: lib/radix-select, lib/selection/write-list
// constants: Q_HEADS, KV_HEADS, HEAD_DIM, SHARED
struct Params { layer : u32, kind : u32, rows : u32, capacity : u32 }
@group(0) @binding(0) var<uniform> params : Params;
@group(0) @binding(1) var<storage, read> state : array<u32>;            // [step state]
@group(0) @binding(2) var<storage, read> query : array<u32>;            // [rows, Q_HEADS, HEAD_DIM] f32, rotated
@group(0) @binding(3) var<storage, read_write> scores : array<f32>;     // lib/selection/slot-scores; votes in place of a set's first scores
@group(0) @binding(4) var<storage, read_write> selected : array<u32>;   // [rows, KV_HEADS, capacity + 1]: how many slots, then the slots

const THREADS = 256u;
const SELECT_THREADS = THREADS;
const SET_HEADS = select(Q_HEADS / KV_HEADS, Q_HEADS, SHARED);
const SET_LISTS = select(1u, KV_HEADS, SHARED);
const TEAM = THREADS / SET_HEADS;                                       // threads that add up the pages of a head

var<workgroup> maxima : array<f32, THREADS>;
var<workgroup> sums : array<f32, THREADS>;
var<workgroup> lse : array<f32, SET_HEADS>;
var<workgroup> reuses : u32;

// Where the set's votes begin, what is chosen of them, and whether the list is for memory: then without what is marked.
struct Choice { votes_at : u32, threshold : Threshold, for_memory : bool }
var<private> choice : Choice;

fn run_time(bound : u32) -> u32 { return select(0u, bound, params.rows > 0u); }

fn key_of(slot : u32) -> u32 {
  let vote = scores[choice.votes_at + slot];
  return select(sort_key(vote), NO_ITEM, vote == FORCED || vote <= LOWEST);
}
fn order_of(slot : u32) -> u32 { return slot; }
fn run_of(slot : u32) -> vec2u {
  let key = key_of(slot);
  let forced = key == NO_ITEM && scores[choice.votes_at + slot] == FORCED && !choice.for_memory;
  return vec2u(slot, select(0u, 1u, forced || (key != NO_ITEM && within(choice.threshold, key, slot))));
}
fn put(index : u32, word : u32) { if (choice.for_memory) { remember(index, word); } else { selected[index] = word; } }

// The log of the sum of exp(score) of every head of the set.
fn find_lse(t : u32, row : u32, first_head : u32, pages : u32) {
  var high = LOWEST;
  var sum = 0.0;
  if (t / TEAM < SET_HEADS) {
    for (var page = t % TEAM; page < pages; page += TEAM) {
      let at = page_sum_at(row, first_head + t / TEAM, page);
      let raised = max(high, scores[at]);
      sum = sum * exp(high - raised) + scores[at + 1u] * exp(scores[at] - raised);
      high = raised;
    }
  }
  maxima[t] = high;
  sums[t] = sum;
  workgroupBarrier();
  if (t < SET_HEADS) {
    high = LOWEST;
    for (var i = t * TEAM; i < (t + 1u) * TEAM; i++) { high = max(high, maxima[i]); }
    sum = 0.0;
    for (var i = t * TEAM; i < (t + 1u) * TEAM; i++) { sum += sums[i] * exp(maxima[i] - high); }
    lse[t] = high + log(max(sum, 1.0e-30));
  }
  workgroupBarrier();
}

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group : vec3u, @builtin(local_invocation_index) t : u32) {
  let row = group.y;
  if (!row_attends(row, params.kind)) { return; }
  let sequence = row_sequence(row);
  let first_list = group.x * SET_LISTS;
  let first_head = group.x * SET_HEADS;
  let slots = row_end(row, first_list);
  choice.votes_at = score_at(row, first_head, 0u);
  let memory_list = memory_at(sequence) + MEMORY_HEAD + Q_HEADS * HEAD_DIM;
  var reuse = false;
  if (KEEPS) {
    if (t == 0u) { reuses = select(0u, 1u, scores[reuse_at(row)] > 0.0); }
    reuse = workgroupUniformLoad(&reuses) == 1u;
  }

  if (reuse) {
    choice.threshold = Threshold(0xffffffffu, 0u);
    for (var i = t; i < remembered(memory_list); i += THREADS) { scores[choice.votes_at + remembered(memory_list + 1u + i)] = FORCED; }
  } else {
    find_lse(t, row, first_head, (slots + PAGE_SLOTS - 1u) / PAGE_SLOTS);
    for (var slot = t; slot < slots; slot += THREADS) {
      let mark = scores[choice.votes_at + slot];
      if (mark == FORCED || mark <= LOWEST) { continue; }
      var votes = 0.0;
      for (var head = 0u; head < run_time(SET_HEADS); head++) { votes += exp(scores[choice.votes_at + head * params.capacity + slot] - lse[head]); }
      scores[choice.votes_at + slot] = votes;
    }
  }
  storageBarrier();
  workgroupBarrier();
  if (!reuse) { choice.threshold = select_top(t, slots, max(1u, setting_k(sequence))); }

  let keeps = KEEPS && !reuse && sequence_rows(sequence, params.layer) == 1u && setting_theta(sequence) <= 1.0;
  let at = (row * KV_HEADS + first_list) * (params.capacity + 1u);
  let lists = select(1u, 2u, keeps);
  for (var list = 0u; list < lists; list++) {
    choice.for_memory = list == 1u;
    write_list(t, slots, select(at, memory_list, choice.for_memory));
    storageBarrier();
    workgroupBarrier();
  }
  for (var list = 1u; list < SET_LISTS; list++) {
    for (var i = t; i <= selected[at]; i += THREADS) { selected[at + list * (params.capacity + 1u) + i] = selected[at + i]; }
  }
  if (keeps) {
    for (var i = t; i < Q_HEADS * HEAD_DIM; i += THREADS) { remember(memory_list - Q_HEADS * HEAD_DIM + i, query[row * Q_HEADS * HEAD_DIM + i]); }
  }
  if (KEEPS && t == 0u && sequence_rows(sequence, params.layer) == 1u) {
    remember(memory_at(sequence), slots);
    if (keeps) {
      remember(memory_at(sequence) + 1u, slots);
      remember(memory_at(sequence) + 2u, row_place(row));
    }
  }
}

// Cuts what is cached of the sequences of one policy, in one layer, to their budgets. Slots stay by rank: the newest
// METHOD_RECENT places, then places below METHOD_SINKS, then by slot_score (lib/policy), ties to the lower place. Then the
// i-th hole below the new length takes the i-th slot that stays above it: the work follows the slots that move.
// A cut is due at budget + METHOD_EVERY slots. A budget of 0 or NO_BUDGET cuts nothing.
// SCOPE_HEAD: a workgroup per (KV head, sequence), each with a set of its own. SCOPE_LAYER: one per sequence, one set for all heads,
// whose slots hold the same tokens. SCOPE_JOINT: one per sequence whose METHOD_FLOOR is above 0: the heads compete for KV_HEADS
// times the budget, and each keeps at least that share of the budget; the others are left to SCOPE_HEAD.
// uses: lib/step-state, lib/cache-layout, lib/cache-slot, lib/radix-select, lib/policy/*
// constants: KV_HEADS, SCOPE, MASS
struct Params { layer : u32, policy : u32, sequences : u32 }
@group(0) @binding(0) var<uniform> params : Params;
@group(0) @binding(1) var<storage, read_write> state : array<u32>;    // [step state]
@group(0) @binding(2) var<storage, read_write> cache : array<u32>;    // [pages of the layer]
@group(0) @binding(3) var<storage, read_write> mass : array<f32>;     // [pages, KV_HEADS, 64] with MASS, else anything
@group(0) @binding(4) var<storage, read_write> keys : array<u32>;     // [pages, KV_HEADS, 64] scratch: ranks, then 1 for what stays

const THREADS = 256u;
const SELECT_THREADS = THREADS;
const SETS = select(1u, KV_HEADS, SCOPE == SCOPE_JOINT);              // sets of slots that a workgroup chooses
const MOVERS = select(1u, KV_HEADS, SCOPE == SCOPE_LAYER);            // heads that move by the same set
const LIST = 512u;                                                    // slots moved at a time

// Ranks above every score.
const RECENT_KEY = 0xffffffffu;
const SINK_KEY = 0xfffffffeu;
const FLOOR_KEY = 0xfffffffdu;

struct Cut { due : u32, budget : u32, floor_slots : u32, longest : u32 }
var<workgroup> cut : Cut;
var<workgroup> lengths : array<u32, SETS>;
var<workgroup> newest : atomic<u32>;
var<workgroup> staying : array<atomic<u32>, SETS>;
var<workgroup> new_lengths : array<u32, SETS>;
var<workgroup> starts : array<u32, THREADS>;
var<workgroup> runs : array<u32, 16>;
var<workgroup> listed : u32;
var<workgroup> lists : array<u32, 2u * LIST>;                         // holes, then the slots that fill them

// What is being chosen from: item i is slot i % 2^shift of head first + i / 2^shift.
struct Choice { sequence : u32, first : u32, first_head : u32, shift : u32 }
var<private> choice : Choice;

fn place_at(sequence : u32, kv_head : u32, slot : u32) -> u32 { return cache[position_word(page_of(sequence, params.layer, slot), kv_head, slot)]; }
fn mass_at(sequence : u32, kv_head : u32, slot : u32) -> f32 { return mass[side_word(page_of(sequence, params.layer, slot), kv_head, slot)]; }
fn key_at(sequence : u32, kv_head : u32, slot : u32) -> u32 { return side_word(page_of(sequence, params.layer, slot), kv_head, slot); }
fn is_recent(sequence : u32, place : u32) -> bool {
  let last = atomicLoad(&newest);
  return place > last || last - place < method_word(sequence, METHOD_RECENT);
}

fn rank_key(sequence : u32, kv_head : u32, slot : u32, length : u32) -> u32 {
  let place = place_at(sequence, kv_head, slot);
  if (is_recent(sequence, place)) { return RECENT_KEY; }
  if (place < method_word(sequence, METHOD_SINKS)) { return SINK_KEY; }
  return sort_key(slot_score(sequence, kv_head, slot, length));
}

fn item_head(item : u32) -> u32 { return choice.first + (item >> choice.shift); }
fn item_slot(item : u32) -> u32 { return item & ((1u << choice.shift) - 1u); }
fn key_of(item : u32) -> u32 {
  if (item_slot(item) >= lengths[item_head(item) - choice.first_head]) { return NO_ITEM; }
  return keys[key_at(choice.sequence, item_head(item), item_slot(item))];
}
// Places, and heads among equal places. Where the newest slots alone are more than the budget, the newest of them stay.
fn order_of(item : u32) -> u32 {
  let order = place_at(choice.sequence, item_head(item), item_slot(item)) * KV_HEADS + item_head(item);
  return select(order, ~order, key_of(item) == RECENT_KEY);
}

// Whether the sequence is to be cut, and what of.
fn open_cut(sequence : u32, first_head : u32) -> Cut {
  let budget = sequence_budget(sequence, params.layer);
  let floor_share = method_setting(sequence, METHOD_FLOOR);
  let joint = SCOPE == SCOPE_JOINT;
  if (method_word(sequence, METHOD_POLICY) != params.policy || budget == 0u || budget == NO_BUDGET || (floor_share > 0.0) != joint) { return Cut(); }
  var total = 0u;
  var longest = 0u;
  for (var i = 0u; i < SETS; i++) {
    lengths[i] = sequence_length(sequence, params.layer, first_head + i);
    total += lengths[i];
    longest = max(longest, lengths[i]);
  }
  let excess = max(total, SETS * budget) - SETS * budget;
  let enough = excess / SETS >= max(1u, method_word(sequence, METHOD_EVERY));
  return Cut(select(0u, 1u, enough), budget, min(u32(floor_share * f32(budget)), budget), longest);
}

// The slots of [from, to) whose `stays` is `wanted`, in order: those from the `skip`-th on are put into the list, and all counted.
fn list_slots(thread : u32, sequence : u32, kv_head : u32, from_slot : u32, to_slot : u32, wanted : u32, skip : u32) {
  let own = (to_slot - from_slot + THREADS - 1u) / THREADS;
  let first = min(from_slot + thread * own, to_slot);
  let end = min(first + own, to_slot);
  var count = 0u;
  for (var slot = first; slot < end; slot++) { count += select(0u, 1u, keys[key_at(sequence, kv_head, slot)] == wanted); }
  starts[thread] = count;
  workgroupBarrier();
  if (thread < 16u) {
    var run = 0u;
    for (var i = thread * 16u; i < thread * 16u + 16u; i++) {
      let before = run;
      run += starts[i];
      starts[i] = before;
    }
    runs[thread] = run;
  }
  workgroupBarrier();
  var index = starts[thread];
  for (var i = 0u; i < thread / 16u; i++) { index += runs[i]; }
  for (var slot = first; slot < end; slot++) {
    if (keys[key_at(sequence, kv_head, slot)] == wanted) {
      if (index >= skip && index < skip + LIST) { lists[wanted * LIST + index - skip] = slot; }
      index++;
    }
  }
  if (thread == THREADS - 1u) { listed = index; }
  workgroupBarrier();
}

fn move_slots(thread : u32, sequence : u32, first_head : u32, pairs : u32) {
  for (var i = thread; i < pairs * MOVERS * SLOT_WORDS; i += THREADS) {
    let pair = i / SLOT_WORDS / MOVERS;
    let kv_head = first_head + i / SLOT_WORDS % MOVERS;
    let hole = lists[pair];
    let filler = lists[LIST + pair];
    let word = cache[slot_word(page_of(sequence, params.layer, filler), kv_head, filler, i % SLOT_WORDS)];
    cache[slot_word(page_of(sequence, params.layer, hole), kv_head, hole, i % SLOT_WORDS)] = word;
  }
  if (MASS) {
    for (var i = thread; i < pairs * MOVERS; i += THREADS) {
      let kv_head = first_head + i % MOVERS;
      let hole = lists[i / MOVERS];
      mass[key_at(sequence, kv_head, hole)] = mass_at(sequence, kv_head, lists[LIST + i / MOVERS]);
    }
  }
}

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group : vec3u, @builtin(local_invocation_index) thread : u32) {
  let sequence = group.y;
  let first_head = group.x;
  if (thread == 0u) { cut = open_cut(sequence, first_head); }
  let made = workgroupUniformLoad(&cut);
  if (made.due == 0u) { return; }

  var last = 0u;
  for (var index = 0u; index < SETS; index++) {
    for (var slot = thread; slot < lengths[index]; slot += THREADS) { last = max(last, place_at(sequence, first_head + index, slot)); }
  }
  atomicMax(&newest, last);
  workgroupBarrier();
  for (var index = 0u; index < SETS; index++) {
    for (var slot = thread; slot < lengths[index]; slot += THREADS) {
      keys[key_at(sequence, first_head + index, slot)] = rank_key(sequence, first_head + index, slot, lengths[index]);
    }
  }
  storageBarrier();

  // With a joint budget first the best of each head, which become certain, then what stays.
  for (var turn = select(SETS, 0u, SCOPE == SCOPE_JOINT); turn <= SETS; turn++) {
    let final_turn = turn == SETS;
    let count = select(made.floor_slots, SETS * made.budget, final_turn);
    if (count == 0u) { continue; }
    var items = 0u;
    if (final_turn && SETS > 1u) {
      choice = Choice(sequence, first_head, first_head, 32u - countLeadingZeros(made.longest - 1u));
      items = SETS << choice.shift;
    } else {
      let index = select(turn, 0u, final_turn);
      choice = Choice(sequence, first_head + index, first_head, 31u);
      items = lengths[index];
    }
    let threshold = select_top(thread, items, count);
    for (var item = thread; item < items; item += THREADS) {
      let key = key_of(item);
      if (key == NO_ITEM) { continue; }
      let stays = within(threshold, key, order_of(item));
      let at = key_at(sequence, item_head(item), item_slot(item));
      if (final_turn) {
        keys[at] = select(0u, 1u, stays);
        if (stays) { atomicAdd(&staying[item_head(item) - first_head], 1u); }
      } else if (stays && key < FLOOR_KEY) {
        keys[at] = FLOOR_KEY;
      }
    }
    storageBarrier();
  }
  workgroupBarrier();
  for (var index = thread; index < SETS; index += THREADS) { new_lengths[index] = atomicLoad(&staying[index]); }

  for (var index = 0u; index < SETS; index++) {
    let length = workgroupUniformLoad(&lengths[index]);
    let new_length = workgroupUniformLoad(&new_lengths[index]);
    let kv_head = first_head + index;
    var moves = new_length;
    for (var done = 0u; done < moves; done += LIST) {
      for (var wanted = 0u; wanted < 2u; wanted++) {
        list_slots(thread, sequence, kv_head, select(0u, new_length, wanted == 1u), select(new_length, length, wanted == 1u), wanted, done);
      }
      moves = workgroupUniformLoad(&listed);
      move_slots(thread, sequence, kv_head, min(LIST, max(moves, done) - done));
      workgroupBarrier();
    }
    for (var i = thread; i < MOVERS; i += THREADS) { state[length_at(sequence, params.layer, kv_head + i)] = new_length; }
  }
}

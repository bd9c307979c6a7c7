// Chooses pages by bounds of their scores (Quest: Tang et al. 2024, arXiv 2406.10774), one workgroup per (KV head, row): a
// page's bound is the sum over dimensions of max(q min, q max), the largest over the query heads of the group. The pages of
// the first `sinks` slots, of the newest `recent` and of this step's slots are always chosen and need no bounds; where
// slots were evicted these go by places, not by slots. `pages` pages of `page` slots (a power of two from 16 to 64) are
// chosen, those among them, ties to the lower page, and their slots listed in order. A row that closes a block of 16 slots
// writes its bounds. Rows whose kind of selection is not params.kind are left alone.
// uses: lib/step-state, lib/step-rows, settings/*, lib/kv.*, lib/cache-layout, lib/selection/bounds
// uses: lib/radix-select
// uses: lib/selection/write-list
// constants: KV_HEADS, GROUP
struct Params { layer : u32, kind : u32, rows : u32, capacity : u32 }
@group(0) @binding(0) var<uniform> params : Params;
@group(0) @binding(1) var<storage, read> state : array<u32>;            // [step state]
@group(0) @binding(2) var<storage, read> query : array<vec4f>;          // [rows, KV_HEADS * GROUP, QUADS], rotated
@group(0) @binding(3) var<storage, read> cache : array<KvQuad>;         // [pages of the layer]
@group(0) @binding(4) var<storage, read_write> bounds : array<vec4f>;   // [pages, KV_HEADS, QUADS, 2, 4]
@group(0) @binding(5) var<storage, read_write> scores : array<u32>;     // [rows, KV_HEADS * GROUP, capacity] scratch: sort keys of pages
@group(0) @binding(6) var<storage, read_write> selected : array<u32>;   // [rows, KV_HEADS, capacity + 1]: how many slots, then the slots

const THREADS = 256u;
const SELECT_THREADS = THREADS;
const FORCED_KEY = 0xffffffffu;

// What the workgroup chooses from: where its sort keys begin, slots in all and in a page, and what is chosen.
struct Choice { keys_at : u32, slots : u32, page_slots : u32, threshold : Threshold }
var<private> choice : Choice;

fn key_of(page : u32) -> u32 { return scores[choice.keys_at + page]; }
fn order_of(page : u32) -> u32 { return page; }
fn run_of(page : u32) -> vec2u {
  let first = page * choice.page_slots;
  let key = key_of(page);
  let chosen = key == FORCED_KEY || within(choice.threshold, key, page);
  return vec2u(first, select(0u, min(choice.page_slots, choice.slots - first), chosen));
}
fn put(index : u32, word : u32) { selected[index] = word; }

// The bound of a page from slot `first` on, whose blocks are all closed.
fn page_bound(row : u32, kv_head : u32, page : u32, first : u32) -> f32 {
  let head = (row * KV_HEADS + kv_head) * GROUP;
#for g in GROUP
  var sum_$g = 0.0;
#end
  for (var quad = 0u; quad < QUADS; quad++) {
    let at = bounds_at(page, kv_head, quad, first / BLOCK_SLOTS);
    var low = bounds[at];
    var high = bounds[at + 4u];
    for (var block = 1u; block < choice.page_slots / BLOCK_SLOTS; block++) {
      low = min(low, bounds[at + block]);
      high = max(high, bounds[at + 4u + block]);
    }
#for g in GROUP
    {
      let q = query[(head + $gu) * QUADS + quad];
      sum_$g += dot(max(q * low, q * high), vec4f(1.0));
    }
#end
  }
  var bound = sum_0;
#for g in GROUP
  bound = max(bound, sum_$g);
#end
  return bound;
}

// Whether a page that holds older slots only has one whose place is always chosen; slots may lie in any order.
fn holds_forced(page : u32, kv_head : u32, first : u32, sinks : u32, oldest_recent : u32) -> bool {
  for (var i = 0u; i < choice.page_slots; i++) {
    let word = position_word(page, kv_head, first + i);
    let place = quad_word(cache[word / QUAD_WORDS], word);
    if (place < sinks || place >= oldest_recent) { return true; }
  }
  return false;
}

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group : vec3u, @builtin(local_invocation_index) thread : u32) {
  let kv_head = group.x;
  let row = group.y;
  if (!row_valid(row)) { return; }
  let sequence = row_sequence(row);
  let length = sequence_length(sequence, params.layer, kv_head);
  let last = row_slot(row, kv_head);
  if (method_word(sequence, METHOD_SELECT) == params.kind && last % BLOCK_SLOTS == BLOCK_SLOTS - 1u && thread < QUADS) {
    close_block(page_of(sequence, params.layer, last), kv_head, thread, last);
  }
  if (!row_attends(row, params.kind)) { return; }

  let slots = row_end(row, kv_head);
  let page_slots = clamp(setting_page(sequence), BLOCK_SLOTS, PAGE_SLOTS);
  let pages = (slots + page_slots - 1u) / page_slots;
  let wanted = max(1u, setting_pages(sequence));
  choice = Choice((row * KV_HEADS + kv_head) * GROUP * params.capacity, slots, page_slots, Threshold(0u, 0xffffffffu));
  let sinks = setting_sinks(sequence);
  let recent = setting_recent(sequence);
  let newest = min(length, slots - min(slots, recent));
  let moved = method_word(sequence, METHOD_POLICY) != 0u;
  let oldest_recent = row_place(row) + 1u - min(row_place(row) + 1u, recent);
  for (var page = thread; page < pages; page += THREADS) {
    let first = page * page_slots;
    var key = FORCED_KEY;
    if (wanted < pages && first + page_slots <= select(newest, length, moved)) {
      let stored = page_of(sequence, params.layer, first);
      var open = first >= sinks;
      if (moved) { open = !holds_forced(stored, kv_head, first, sinks, oldest_recent); }
      if (open) { key = sort_key(page_bound(row, kv_head, stored, first)); }
    }
    scores[choice.keys_at + page] = key;
  }
  storageBarrier();
  workgroupBarrier();
  if (wanted < pages) { choice.threshold = select_top(thread, pages, wanted); }
  write_list(thread, pages, (row * KV_HEADS + kv_head) * (params.capacity + 1u));
}

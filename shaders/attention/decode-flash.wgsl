// Attention of a few rows over the cache (flash decoding: Dao et al. 2023, "Flash-Decoding for long-context inference").
// One workgroup per (split, KV head, row): it serves HEADS query heads of the KV head, so that keys and values are
// loaded once for them; BATCHES workgroups serve a group of more. A split owns the pages split, split + splits, …, up to
// the row's true length. LANES neighbouring threads share a slot: each holds LANE_QUADS quads of the head dimension, of
// the queries as of the sums, so that they load whole lines of keys and values. In a round they take SLOTS slots, exchange
// their partial scores (lib/attention/exchange) and weigh the values, under a maximum of their own, in log2 units; a
// workgroup's maxima meet at the end. DIRECT writes the attention itself, otherwise partial sums go to attention/merge. Which slots a row reads is
// told by lib/attention/slots: all, or those on a list, whose 64 neighbours are then what a page is here. What eviction
// policies want to know is noted down by lib/attention/observe. A row that is not valid, or whose kind of selection is not
// params.kind, leaves everything untouched.
// main: lib/attention/exchange.*
// uses: lib/constants, lib/step-state, lib/step-rows, lib/kv.*, lib/cache-layout, lib/attention/exchange.*
// uses: lib/attention/slots.*, lib/attention/observe.*, lib/attention/observed, lib/attention/visible, lib/attention/soft-cap, lib/attention/branch.*
// constants: KV_HEADS, GROUP, HEAD_DIM, DIRECT, HEADS, THREADS, LANES, LANE_QUADS, SLOTS, SLOT_QUADS, UPPER_QUADS
struct Params { scale : f32, layer : u32, splits : u32, rows : u32, capacity : u32, kind : u32 }
@group(0) @binding(0) var<uniform> params : Params;
@group(0) @binding(1) var<storage, read> state : array<u32>;             // [step state]
@group(0) @binding(2) var<storage, read> query : array<vec4f>;           // [rows, KV_HEADS * GROUP, QUADS], rotated
@group(0) @binding(3) var<storage, read> cache : array<KvQuad>;          // [pages of the layer]
@group(0) @binding(4) var<storage, read_write> output : array<vec4f>;    // [rows, KV_HEADS * GROUP, QUADS], DIRECT
@group(0) @binding(5) var<storage, read_write> lse : array<f32>;         // [rows, KV_HEADS * GROUP], DIRECT
@group(0) @binding(6) var<storage, read_write> partials : array<vec4f>;  // [rows, KV_HEADS * GROUP, splits, QUADS + 1]: sums, then (max, weight, 0, 0)

const QUADS = HEAD_DIM / 4u;
const BATCHES = (GROUP + HEADS - 1u) / HEADS;
const TEAMS = THREADS / LANES;
const ROUND_PAGES = max(1u, TEAMS * SLOTS / PAGE_SLOTS);
const PAGE_TEAMS = TEAMS / ROUND_PAGES;
const ROUND = TEAMS * SLOTS;
const HEADS_AT_ONCE = clamp(512u / (THREADS * LANE_QUADS), 1u, 4u);

// What the exchange needs; at the end the sums of HEADS_AT_ONCE heads [heads][LANE_QUADS][THREADS].
var<workgroup> scratch : array<vec4f, max(EXCHANGE_QUADS, HEADS_AT_ONCE * LANE_QUADS * THREADS)>;
// What every thread found, per head: scores, at the end the sums of weights.
var<workgroup> found : array<f32, HEADS * THREADS>;
var<workgroup> team_max : array<f32, HEADS * TEAMS>;
var<workgroup> head_max : array<f32, HEADS>;
var<workgroup> head_weight : array<f32, HEADS>;

// What a thread exchanges, per head: the score of its own slot, and the largest of the SLOTS slots.
var<private> own : array<f32, HEADS>;
var<private> slots_max : array<f32, HEADS>;

// A bound that is not known in advance: compilers that unroll every loop of known length take minutes over this kernel.
fn run_time(bound : u32) -> u32 { return select(0u, bound, params.rows > 0u); }

// The scales of four values that a team takes at once.
fn value_scales(row : u32, page : u32, kv_head : u32, index : u32, last : u32) -> vec4f {
  return vec4f(
    slot_value_scale(row, kv_head, page, min(index, last)), slot_value_scale(row, kv_head, page, min(index + PAGE_TEAMS, last)),
    slot_value_scale(row, kv_head, page, min(index + 2u * PAGE_TEAMS, last)), slot_value_scale(row, kv_head, page, min(index + 3u * PAGE_TEAMS, last)));
}

fn attend(group : vec3u, t : u32, lane : u32) {
  let split = group.x;
  let kv_head = group.y / BATCHES;
  let first_head = group.y % BATCHES * HEADS;
  let row = group.z;
  if (!row_attends(row, params.kind)) { return; }
  let splits = params.splits;
  let sequence = row_sequence(row);
  let sight = row_sight(row, kv_head);
  let slots = slot_count(row, kv_head);
  let last = slots - 1u;
  let pages = (slots + PAGE_SLOTS - 1u) / PAGE_SLOTS;
  let head = (row * KV_HEADS + kv_head) * GROUP;
  let scale = params.scale * LOG2_E;
  let team = t / LANES;
  let notes = OBSERVES && row_observed(row);
  begin_notes(row);
  // The thread's quads of a head; those past its end repeat the last one and weigh nothing.
#for j in LANE_QUADS
  let quad_$j = min(t % LANES + $ju * LANES, QUADS - 1u);
  let counts_$j = select(0.0, 1.0, t % LANES + $ju * LANES < QUADS);
#end
#for g in HEADS
#for j in LANE_QUADS
  let query_$g_$j = query[(head + min(first_head + $gu, GROUP - 1u)) * QUADS + quad_$j] * counts_$j;
  var sum_$g_$j = vec4f(0.0);
#end
  var max_$g = LOWEST;
  var weight_$g = 0.0;
#end

  // Slots of the split's own pages, in rounds.
  let reach = select(0u, (pages - split + splits - 1u) / splits * PAGE_SLOTS, split < pages);
  for (var first = 0u; first < reach; first += ROUND) {
    if (HIDES && !LISTED && first % PAGE_SLOTS == 0u) {
      while (first < reach) {
        let candidate = page_of(sequence, params.layer, (split + first / PAGE_SLOTS * splits) * PAGE_SLOTS);
        if (page_visible(candidate, kv_head, sight.mask, sight.oldest)) { break; }
        first += PAGE_SLOTS;
      }
      if (first >= reach) { break; }
    }
    let start = (split + (first / PAGE_SLOTS + team / PAGE_TEAMS) * splits) * PAGE_SLOTS + first % PAGE_SLOTS + team % PAGE_TEAMS;
    let page = page_at(row, kv_head, min(start, last));
    let own_slot = start + t % SLOTS * PAGE_TEAMS;
    var visible = own_slot < slots;
    if (HIDES || BRANCHES) { visible = visible && slot_seen(sight, row, kv_head, page, min(own_slot, last)); }
    // Slots past the end weigh nothing; what lies there may be no number, so the last one stands in for them.
#for s in SLOTS
    let at_$s = slot_quad(row, kv_head, page, min(start + $su * PAGE_TEAMS, last));
#end
#for g in HEADS
    var score_$g_0 = vec4f(0.0);
    var score_$g_1 = vec4f(0.0);
#end
#for j in LANE_QUADS
    {
#for s in SLOTS
      let key_$s = unpack_quad(cache[at_$s + quad_$j]);
#end
#for g in HEADS
      score_$g_0 += vec4f(dot(key_0, query_$g_$j), dot(key_1, query_$g_$j), dot(key_2, query_$g_$j), dot(key_3, query_$g_$j));
#for upper in UPPER_QUADS
      score_$g_1 += vec4f(dot(key_4, query_$g_$j), dot(key_5, query_$g_$j), dot(key_6, query_$g_$j), dot(key_7, query_$g_$j));
#end
#end
    }
#end
#for g in HEADS
#for h in SLOT_QUADS
    put_partials($gu, $hu, t, score_$g_$h);
#end
#end
    meet();
#for g in HEADS
    add_halves($gu, t, score_$g_0, score_$g_1);
#end
    add_partials(t);
    let own_scale = scale * slot_key_scale(row, kv_head, page, min(own_slot, last));
#for g in HEADS
    own[$g] = select(LOWEST, soft_capped(own[$g] * own_scale, LOG2_E), visible);
    put_score($gu, t, own[$g]);
#end
    // Where LANES > SLOTS, several threads have the same slot.
    if (notes && own_slot < slots && t % LANES < SLOTS) { note_scores(row, kv_head, first_head, own_slot, visible); }
    meet();
    find_slots_max(t);
#for h in SLOT_QUADS
    let scales_$h = value_scales(row, page, kv_head, start + $hu * 4u * PAGE_TEAMS, last);
#end
#for g in HEADS
    let high_$g = max(max_$g, slots_max[$g]);
    let rescale_$g = exp2(max_$g - high_$g);
    max_$g = high_$g;
    let own_weight_$g = select(0.0, exp2(own[$g] - high_$g), visible);
    weight_$g = weight_$g * rescale_$g + own_weight_$g;
#for h in SLOT_QUADS
    let w_$g_$h = slot_weights($gu, $hu, t, lane, own_weight_$g, high_$g) * scales_$h;
#end
#end
#for j in LANE_QUADS
    {
#for s in SLOTS
      let value_$s = unpack_quad(cache[at_$s + SECTION_WORDS / QUAD_WORDS + quad_$j]);
#end
#for g in HEADS
      sum_$g_$j = sum_$g_$j * rescale_$g + w_$g_0.x * value_0 + w_$g_0.y * value_1 + w_$g_0.z * value_2 + w_$g_0.w * value_3;
#for upper in UPPER_QUADS
      sum_$g_$j += w_$g_1.x * value_4 + w_$g_1.y * value_5 + w_$g_1.z * value_6 + w_$g_1.w * value_7;
#end
#end
    }
#end
  }

  workgroupBarrier();
#for g in HEADS
  found[$gu * THREADS + t] = weight_$g;
  if (t % LANES == 0u) { team_max[$gu * TEAMS + team] = max_$g; }
#end
  workgroupBarrier();
  for (var g = t; g < run_time(HEADS); g += THREADS) {
    var high = LOWEST;
    for (var i = 0u; i < run_time(TEAMS); i++) { high = max(high, team_max[g * TEAMS + i]); }
    var total = 0.0;
    for (var i = 0u; i < run_time(THREADS); i++) {
      // Where LANES > SLOTS, several threads have weighed the same slot.
      if (i % LANES < SLOTS) { total += found[g * THREADS + i] * exp2(team_max[g * TEAMS + i / LANES] - high); }
    }
    head_max[g] = high;
    head_weight[g] = total;
    if (DIRECT && first_head + g < GROUP) { lse[head + first_head + g] = select(LOWEST, (high + log2(total)) * LN_2, total > 0.0); }
  }
  workgroupBarrier();
  let live = min(HEADS, GROUP - first_head);
  // HEADS_AT_ONCE heads at a time: the sums of all would not fit. One copy of the writing, in a loop.
  for (var some = 0u; some < run_time(HEADS); some += HEADS_AT_ONCE) {
#for g in HEADS
    if ($gu >= some && $gu < some + HEADS_AT_ONCE) {
      let lowered = exp2(max_$g - head_max[$g]);
#for j in LANE_QUADS
      scratch[(($gu - some) * LANE_QUADS + $ju) * THREADS + t] = sum_$g_$j * lowered;
#end
    }
#end
    workgroupBarrier();
    write_heads(t, head, first_head, split, some, min(HEADS_AT_ONCE, live - min(some, live)));
    workgroupBarrier();
  }
  observe(t, row, kv_head, first_head, split);
}

// Adds up the teams' sums of `count` heads of the batch, from its `some`-th on, and writes what is theirs.
fn write_heads(t : u32, group_head : u32, first_head : u32, split : u32, some : u32, count : u32) {
  for (var i = t; i < count * QUADS; i += THREADS) {
    let quad = i % QUADS;
    let first = (i / QUADS * LANE_QUADS + quad / LANES) * THREADS + quad % LANES;
    var sum = vec4f(0.0);
    for (var team = 0u; team < run_time(TEAMS); team++) { sum += scratch[first + team * LANES]; }
    sum *= sum_factor(params.layer, group_head / GROUP % KV_HEADS);
    let g = some + i / QUADS;
    let head = group_head + first_head + g;
    let total = head_weight[g];
    if (DIRECT) {
      output[head * QUADS + quad] = select(sum / max(total, 1.0e-30), vec4f(0.0), total <= 0.0);
    } else {
      let at = (head * params.splits + split) * (QUADS + 1u);
      partials[at + quad] = sum;
      if (quad == 0u) { partials[at + QUADS] = vec4f(head_max[g], total, 0.0, 0.0); }
    }
  }
}

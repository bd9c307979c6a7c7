// Attention of a few rows over the cache (flash decoding: Dao et al. 2023, "Flash-Decoding for long-context inference").
// One workgroup per (split, KV head, row): it serves all GROUP query heads of the KV head, so that keys and values are
// loaded once for them. A split owns the pages split, split + splits, …, up to the row's true length. A round is TILE
// slots: for the scores a thread owns slots; for the weighted sum it owns one quad of the head dimension and every
// SUBSETS-th quad of slots. Maxima are kept in log2 units. DIRECT writes the attention itself, otherwise partial sums
// go to attention/merge. A row that is not valid leaves everything untouched.
struct Params { scale : f32, layer : u32, splits : u32, rows : u32 }
@group(0) @binding(0) var<uniform> params : Params;
@group(0) @binding(1) var<storage, read> state : array<u32>;             // [step state]
@group(0) @binding(2) var<storage, read> query : array<vec4f>;           // [rows, KV_HEADS * GROUP, QUADS], rotated
@group(0) @binding(3) var<storage, read> cache : array<KvQuad>;          // [pages of the layer]
@group(0) @binding(4) var<storage, read_write> output : array<vec4f>;    // [rows, KV_HEADS * GROUP, QUADS], DIRECT
@group(0) @binding(5) var<storage, read_write> lse : array<f32>;         // [rows, KV_HEADS * GROUP], DIRECT
@group(0) @binding(6) var<storage, read_write> partials : array<vec4f>;  // [rows, KV_HEADS * GROUP, splits, QUADS + 1]: sums, then (max, weight, 0, 0)

const QUADS = HEAD_DIM / 4u;
const QUAD_WORDS = 2u * PAIR_WORDS;
const SUBSETS = THREADS / QUADS;
// Every thread has a quad and the subsets' steps end with a page.
const SUBSETS_FIT = SUBSETS * QUADS == THREADS && PAGE_SLOTS % (SUBSETS * 4u) == 0u;
const HEADS_AT_ONCE = min(GROUP, 4u);
const LOWEST = -3.0e38;
const LOG2_E = 1.4426950408889634;
const LN_2 = 0.6931471805599453;

// Scores, then weights, of a round [GROUP][TILE]; at the end the sums of HEADS_AT_ONCE heads [heads][THREADS][4].
var<workgroup> weights : array<f32, max(GROUP * TILE, HEADS_AT_ONCE * THREADS * 4u)>;
// What every thread found, per head: maxima, at the end the sums of weights.
var<workgroup> found : array<f32, GROUP * THREADS>;
var<workgroup> head_max : array<f32, GROUP>;
var<workgroup> head_weight : array<f32, GROUP>;

// The slot that is the i-th of a round.
fn slot_of(first : u32, splits : u32, i : u32) -> u32 { return (first + (i >> 6u) * splits) * PAGE_SLOTS + (i & 63u); }

fn value_at(page : u32, kv_head : u32, slot : u32, quad : u32) -> vec4f {
  return unpack_quad(cache[value_word(page, kv_head, slot) / QUAD_WORDS + quad]);
}

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group : vec3u, @builtin(local_invocation_index) t : u32) {
  let split = group.x;
  let kv_head = group.y;
  let row = group.z;
  if (!row_valid(row)) { return; }
  let splits = params.splits;
  let sequence = row_sequence(row);
  let position = row_position(row);
  let slots = sequence_length(sequence, params.layer, kv_head) + row_ordinal(row) + 1u;
  let pages = (slots + PAGE_SLOTS - 1u) / PAGE_SLOTS;
  let head = (row * KV_HEADS + kv_head) * GROUP;
  let scale = params.scale * LOG2_E;
  // Loops over quads begin here, not at 0: compilers that unroll every loop of known length take minutes over this kernel.
  let first_quad = head * QUADS;
  let quad = t % QUADS;
  let subset = t / QUADS;
#for g in GROUP
  var max_$g = LOWEST;
  var weight_$g = 0.0;
  var sum_$g = vec4f(0.0);
#end

  let last = slots - 1u;
  for (var first = split; first < pages; first += splits * (TILE / PAGE_SLOTS)) {
    // Slots of the round's pages; what follows the last slot weighs nothing and is read as the last slot.
    let live = min(TILE, (pages - first + splits - 1u) / splits * PAGE_SLOTS);
#for g in GROUP
    var high_$g = LOWEST;
#end
    for (var some = 0u; some < live; some += THREADS) {
      let i = some + t;
      let place = slot_of(first, splits, i);
      let slot = min(place, last);
      let page = page_of(sequence, params.layer, slot);
      var visible = place < slots;
      if (WINDOW > 0u) { visible = visible && position_at(page, kv_head, slot) + WINDOW > position; }
#for g in GROUP
      var score_$g = 0.0;
#end
      if (WINDOW == 0u || visible) {
        let key = key_word(page, kv_head, slot) / QUAD_WORDS - first_quad;
        for (var q = first_quad; q < first_quad + QUADS; q++) {
          let k = unpack_quad(cache[key + q]);
#for g in GROUP
          score_$g += dot(k, query[$gu * QUADS + q]);
#end
        }
      }
#for g in GROUP
      score_$g = select(LOWEST, score_$g * scale, visible);
      weights[$gu * TILE + i] = score_$g;
      high_$g = max(high_$g, score_$g);
#end
    }
#for g in GROUP
    found[$gu * THREADS + t] = high_$g;
#end
    workgroupBarrier();

#for g in GROUP
    high_$g = max_$g;
#end
    for (var i = 0u; i < THREADS; i++) {
#for g in GROUP
      high_$g = max(high_$g, found[$gu * THREADS + i]);
#end
    }
#for g in GROUP
    let rescale_$g = exp2(max_$g - high_$g);
    weight_$g *= rescale_$g;
    sum_$g *= rescale_$g;
    max_$g = high_$g;
#end
    for (var some = 0u; some < live; some += THREADS) {
      let i = some + t;
#for g in GROUP
      let score_$g = weights[$gu * TILE + i];
      let weight_of_$g = select(0.0, exp2(score_$g - max_$g), score_$g > LOWEST);
      weights[$gu * TILE + i] = weight_of_$g;
      weight_$g += weight_of_$g;
#end
    }
    workgroupBarrier();

    for (var some = 0u; some < live; some += SUBSETS * 4u) {
      let i = some + subset * 4u;
      if (SUBSETS_FIT || (subset < SUBSETS && i < live)) {
        let slot = slot_of(first, splits, i);
        let page = page_of(sequence, params.layer, min(slot, last));
        let v0 = value_at(page, kv_head, min(slot, last), quad);
        let v1 = value_at(page, kv_head, min(slot + 1u, last), quad);
        let v2 = value_at(page, kv_head, min(slot + 2u, last), quad);
        let v3 = value_at(page, kv_head, min(slot + 3u, last), quad);
#for g in GROUP
        sum_$g += weights[$gu * TILE + i] * v0 + weights[$gu * TILE + i + 1u] * v1 + weights[$gu * TILE + i + 2u] * v2 + weights[$gu * TILE + i + 3u] * v3;
#end
      }
    }
    // The next round writes scores where these weights are read.
    workgroupBarrier();
  }

#for g in GROUP
  found[$gu * THREADS + t] = weight_$g;
  if (t == 0u) { head_max[$g] = max_$g; }
#end
  workgroupBarrier();
  if (t < GROUP) {
    var total = 0.0;
    for (var i = 0u; i < THREADS; i++) { total += found[t * THREADS + i]; }
    head_weight[t] = total;
    if (DIRECT) { lse[head + t] = select(LOWEST, (head_max[t] + log2(total)) * LN_2, total > 0.0); }
  }
  workgroupBarrier();
#for g in GROUP
  {
    let at = ($gu % HEADS_AT_ONCE * THREADS + t) * 4u;
    weights[at] = sum_$g.x;
    weights[at + 1u] = sum_$g.y;
    weights[at + 2u] = sum_$g.z;
    weights[at + 3u] = sum_$g.w;
  }
  if ($gu % HEADS_AT_ONCE == HEADS_AT_ONCE - 1u || $gu == GROUP - 1u) {
    workgroupBarrier();
    write_heads(t, row, kv_head, split, $gu / HEADS_AT_ONCE * HEADS_AT_ONCE, $gu % HEADS_AT_ONCE + 1u);
    workgroupBarrier();
  }
#end
}

// Adds up the subsets of `count` heads from `first_head` on and writes what is theirs.
fn write_heads(t : u32, row : u32, kv_head : u32, split : u32, first_head : u32, count : u32) {
  for (var i = t; i < count * QUADS; i += THREADS) {
    let in_group = i / QUADS;
    let quad = i % QUADS;
    var sum = vec4f(0.0);
    for (var subset = 0u; subset < SUBSETS; subset++) {
      let at = (in_group * THREADS + subset * QUADS + quad) * 4u;
      sum += vec4f(weights[at], weights[at + 1u], weights[at + 2u], weights[at + 3u]);
    }
    let g = first_head + in_group;
    let head = (row * KV_HEADS + kv_head) * GROUP + g;
    let total = head_weight[g];
    if (DIRECT) {
      output[head * QUADS + quad] = select(vec4f(0.0), sum / max(total, 1.0e-30), total > 0.0);
    } else {
      let at = (head * params.splits + split) * (QUADS + 1u);
      partials[at + quad] = sum;
      if (quad == 0u) { partials[at + QUADS] = vec4f(head_max[g], total, 0.0, 0.0); }
    }
  }
}

fn position_at(page : u32, kv_head : u32, slot : u32) -> u32 {
  let word = position_word(page, kv_head, slot);
  return quad_word(cache[word / QUAD_WORDS], word);
}

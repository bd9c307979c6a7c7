// Scores every visible slot for the rows that choose slots: one workgroup per (page, KV head, row), a thread per slot. The
// places below `sinks` and the newest `recent`, the row's own among them, are marked: they are chosen
// anyway. Without ALL they take no part in the softmax, whose maximum and sum per page are noted down for selection/vote-top-k.
// With KEEPS a row whose query is like the one of the choice in `memory` (cosine of all heads at least `theta`) uses
// that again, unless it is old, the length has not grown by one since, or the sequence has several rows: only marks are written.
// uses: lib/constants, lib/step-state, lib/step-rows, settings/*, lib/kv.*, lib/cache-layout
// uses: lib/attention/visible, lib/attention/soft-cap, lib/selection/turn.*, lib/selection/slot-scores
// constants: Q_HEADS, GROUP, HEAD_DIM, ALL, KEEPS
struct Params { scale : f32, layer : u32, kind : u32, rows : u32, capacity : u32, pages : u32, turns_at : u32 }
@group(0) @binding(0) var<uniform> params : Params;
@group(0) @binding(1) var<storage, read> state : array<u32>;            // [step state]
@group(0) @binding(2) var<storage, read> query : array<vec4f>;          // [rows, Q_HEADS, QUADS], rotated
@group(0) @binding(3) var<storage, read> cache : array<KvQuad>;         // [pages of the layer]
@group(0) @binding(4) var<storage, read> vectors : array<vec4f>;        // turns from params.turns_at on: lib/rope, where keys are turned
@group(0) @binding(5) var<storage, read> memory : array<u32>;           // lib/selection/slot-scores, KEEPS
@group(0) @binding(6) var<storage, read_write> scores : array<f32>;     // lib/selection/slot-scores

const QUADS = HEAD_DIM / 4u;
const THREADS = 64u;

var<workgroup> found : array<f32, THREADS * GROUP>;                     // [slot][head]
var<workgroup> products : array<vec3f, THREADS>;
var<workgroup> similar : u32;

fn run_time(bound : u32) -> u32 { return select(0u, bound, params.rows > 0u); }

// Whether the choice in memory may be used, apart from the query.
fn is_fresh(row : u32, sequence : u32) -> bool {
  let slots = row_end(row, 0u);
  let at = memory_at(sequence);
  let oldest = max(2u, setting_recent(sequence) / 4u);
  return sequence_rows(sequence, params.layer) == 1u && memory[at] > 0u && memory[at] + 1u == slots &&
    slots - memory[at + 1u] < oldest && row_place(row) >= memory[at + 2u];
}

// Whether the row's query is like the remembered one; the same for all threads.
fn is_similar(t : u32, row : u32, sequence : u32) -> bool {
  let at = memory_at(sequence) + MEMORY_HEAD;
  let moved = distance(memory[at - 1u], row_place(row), 0u);
  var sums = vec3f(0.0);
  for (var i = t; i < Q_HEADS * QUADS; i += THREADS) {
    // As they were before the cache's range divided them: heads count by what they are.
    let factor = key_factor(params.layer, i / QUADS / GROUP);
    let now = query[row * Q_HEADS * QUADS + i] * factor;
    let kept = vec4u(memory[at + 4u * i], memory[at + 4u * i + 1u], memory[at + 4u * i + 2u], memory[at + 4u * i + 3u]);
    let then = turned(bitcast<vec4f>(kept), i % QUADS, moved) * factor;
    sums += vec3f(dot(now, then), dot(now, now), dot(then, then));
  }
  products[t] = sums;
  workgroupBarrier();
  if (t == 0u) {
    for (var i = 1u; i < run_time(THREADS); i++) { sums += products[i]; }
    similar = select(0u, 1u, sums.x >= setting_theta(sequence) * sqrt(sums.y * sums.z));
  }
  return workgroupUniformLoad(&similar) == 1u;
}

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group : vec3u, @builtin(local_invocation_index) t : u32) {
  let kv_head = group.y;
  let row = group.z;
  if (!row_attends(row, params.kind)) { return; }
  let sequence = row_sequence(row);
  let slots = row_end(row, kv_head);
  let first = group.x * PAGE_SLOTS;
  if (first >= slots) { return; }
  var reuse = false;
  if (KEEPS) {
    if (setting_theta(sequence) <= 1.0 && is_fresh(row, sequence)) { reuse = is_similar(t, row, sequence); }
    if (group.x == 0u && kv_head == 0u && t == 0u) { scores[reuse_at(row)] = select(0.0, 1.0, reuse); }
  }

  let slot = min(first + t, slots - 1u);
  let page = page_of(sequence, params.layer, first);
  let place = position_at(page, kv_head, slot);
  let own = row_place(row);
  let recent = setting_recent(sequence);
  let visible = row_sees(row_sight(row, kv_head), first + t, place);
  let forced = visible && (place < setting_sinks(sequence) || place + recent > own);
  if (reuse) {
    if (kv_head == 0u && first + t < slots) { scores[score_at(row, 0u, slot)] = select(LOWEST, FORCED, forced); }
    return;
  }

  let head = kv_head * GROUP;
  let by = distance(place, own, recent);
  let key = key_word(page, kv_head, slot) / QUAD_WORDS;
#for g in GROUP
  var score_$g = 0.0;
#end
  for (var quad = 0u; quad < run_time(QUADS); quad++) {
    let k = turned(unpack_quad(cache[key + quad]), quad, by);
#for g in GROUP
    score_$g += dot(query[(row * Q_HEADS + head + $gu) * QUADS + quad], k);
#end
  }
  let counts = visible && (ALL || !forced);
  let factor = params.scale * key_scale(page, kv_head, slot);
#for g in GROUP
  score_$g = select(LOWEST, soft_capped(score_$g * factor, 1.0), counts);
  found[t * GROUP + $gu] = score_$g;
  if (first + t < slots) { scores[score_at(row, head + $gu, slot)] = select(score_$g, FORCED, forced); }
#end
  workgroupBarrier();
  if (t < GROUP) {
    var high = LOWEST;
    for (var i = 0u; i < run_time(THREADS); i++) { high = max(high, found[i * GROUP + t]); }
    var sum = 0.0;
    for (var i = 0u; i < run_time(THREADS); i++) {
      let score = found[i * GROUP + t];
      if (score > LOWEST) { sum += exp(score - high); }
    }
    let at = page_sum_at(row, head + t, group.x);
    scores[at] = high;
    scores[at + 1u] = sum;
  }
}

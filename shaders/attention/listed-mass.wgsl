// What decoding rows attend to among the slots that a selection has listed for them, added to the mass that eviction
// policies go by: what lib/attention/observe.mass does where all slots are read. One workgroup per (KV head, row). The
// scores of the list are computed once more, become noisy where the sequence wants that, and their softmax over the list is
// summed over the group. Slots that are not listed only decay; the row's own begins at 0. Every valid row is the only one of
// its sequence. Rows whose kind of selection is not params.kind leave everything untouched.
// uses: lib/constants, lib/step-state, lib/step-rows, lib/kv.*, lib/cache-layout, lib/attention/observed
// uses: lib/attention/noise.*, lib/attention/visible, lib/attention/soft-cap
// constants: KV_HEADS, GROUP, HEAD_DIM
struct Params { scale : f32, layer : u32, kind : u32, rows : u32, capacity : u32 }
@group(0) @binding(0) var<uniform> params : Params;
@group(0) @binding(1) var<storage, read> state : array<u32>;            // [step state]
@group(0) @binding(2) var<storage, read> query : array<vec4f>;          // [rows, KV_HEADS * GROUP, QUADS], rotated
@group(0) @binding(3) var<storage, read> cache : array<KvQuad>;         // [pages of the layer]
@group(0) @binding(4) var<storage, read> selected : array<u32>;         // [rows, KV_HEADS, capacity + 1]: how many slots, then the slots
@group(0) @binding(5) var<storage, read_write> scores : array<f32>;     // [rows, KV_HEADS * GROUP, capacity] scratch: in log2 units, in the order of the list
@group(0) @binding(6) var<storage, read_write> mass : array<f32>;       // [pages, KV_HEADS, 64]

const QUADS = HEAD_DIM / 4u;
const THREADS = 64u;

var<workgroup> found : array<f32, GROUP * THREADS>;
var<workgroup> head_max : array<f32, GROUP>;

fn run_time(bound : u32) -> u32 { return select(0u, bound, params.rows > 0u); }
fn score_at(row : u32, kv_head : u32, g : u32, index : u32) -> u32 { return ((row * KV_HEADS + kv_head) * GROUP + g) * params.capacity + index; }

// Writes the scores of the list that the thread has a part of.
fn find_scores(t : u32, row : u32, kv_head : u32, list : u32, count : u32) {
  let sequence = row_sequence(row);
  let sight = row_sight(row, kv_head);
  let with_noise = NOISE && noisy(sequence);
  let noise = row_noise(row);
  for (var i = t; i < count; i += THREADS) {
    let slot = selected[list + i];
    let page = page_of(sequence, params.layer, slot);
    let visible = row_sees(sight, slot, place_in(page, kv_head, slot));
    let key = key_word(page, kv_head, slot) / QUAD_WORDS;
    let factor = params.scale * LOG2_E * key_scale(page, kv_head, slot);
    var words = vec4u(0u);
    for (var g = 0u; g < run_time(GROUP); g++) {
      var score = 0.0;
      let head = (row * KV_HEADS + kv_head) * GROUP + g;
      for (var quad = 0u; quad < run_time(QUADS); quad++) { score += dot(query[head * QUADS + quad], unpack_quad(cache[key + quad])); }
      score = soft_capped(score * factor, LOG2_E);
      if (with_noise) {
        if (g % 4u == 0u) { words = noise_words(noise, params.layer, kv_head, g / 4u, slot); }
        score = (score + noise_of(words[g & 3u])) * noise.cooling;
      }
      scores[score_at(row, kv_head, g, i)] = select(LOWEST, score, visible);
    }
  }
}

// Makes head_max the log2 of the sum of 2^score of each head.
fn find_log_sums(t : u32, row : u32, kv_head : u32, count : u32) {
  for (var turn = 0u; turn < run_time(2u); turn++) {
    for (var g = 0u; g < run_time(GROUP); g++) {
      var own = select(0.0, LOWEST, turn == 0u);
      for (var i = t; i < count; i += THREADS) {
        let score = scores[score_at(row, kv_head, g, i)];
        if (turn == 0u) { own = max(own, score); } else if (score > LOWEST) { own += exp2(score - head_max[g]); }
      }
      found[g * THREADS + t] = own;
    }
    workgroupBarrier();
    for (var g = t; g < run_time(GROUP); g += THREADS) {
      var all = found[g * THREADS];
      for (var i = 1u; i < run_time(THREADS); i++) { all = select(all + found[g * THREADS + i], max(all, found[g * THREADS + i]), turn == 0u); }
      if (turn == 0u) { head_max[g] = all; } else { head_max[g] += log2(max(all, 1.0e-30)); }
    }
    workgroupBarrier();
  }
}

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group : vec3u, @builtin(local_invocation_index) t : u32) {
  let kv_head = group.x;
  let row = group.y;
  if (!row_attends(row, params.kind)) { return; }
  let sequence = row_sequence(row);
  let last = row_slot(row, kv_head);
  if (!row_observed(row)) {
    if (t == 0u && method_word(sequence, METHOD_POLICY) != 0u) { mass[mass_at(page_of(sequence, params.layer, last), kv_head, last)] = 0.0; }
    return;
  }
  let list = (row * KV_HEADS + kv_head) * (params.capacity + 1u) + 1u;
  let count = min(selected[list - 1u], params.capacity);
  find_scores(t, row, kv_head, list, count);
  storageBarrier();
  find_log_sums(t, row, kv_head, count);

  let sight = row_sight(row, kv_head);
  let decay = row_decay(row);
  for (var slot = t; slot <= last; slot += THREADS) {
    let page = page_of(sequence, params.layer, slot);
    if (!row_sees(sight, slot, place_in(page, kv_head, slot))) { continue; }
    let at = mass_at(page, kv_head, slot);
    mass[at] = select(mass[at] * decay, 0.0, slot == last);
  }
  storageBarrier();
  workgroupBarrier();
  for (var i = t; i < count; i += THREADS) {
    let slot = selected[list + i];
    var sum = 0.0;
    for (var g = 0u; g < run_time(GROUP); g++) { sum += exp2(scores[score_at(row, kv_head, g, i)] - head_max[g]); }
    mass[mass_at(page_of(sequence, params.layer, slot), kv_head, slot)] += sum;
  }
}

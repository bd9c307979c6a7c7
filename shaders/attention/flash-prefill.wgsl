// Attention of many rows over the cache (FlashAttention-2: Dao 2023, arXiv 2307.08691). A line is one query head of one
// row; lines of a KV head are numbered row by row, so that neighbours share keys and values. One workgroup per (tile of
// TEAMS * LINES lines, KV head): each team of LANES threads takes LINES lines. Over tiles of 4 * LANES slots, a thread
// scores every line of its team against 4 slots, then sums values into DIM_QUADS quads of the head dimension. Keys and
// queries are staged in workgroup memory, STAGE quads of the head dimension at a time (0 = read where they lie); values
// are read as they lie, neighbouring lanes side by side. Loops end at the tile's last visible slot and leave out pages
// that no line sees. Rows may be of several sequences, taken one after the other. Maxima are kept in log2 units. A row
// that is not valid, or whose slots are selected, stays untouched.
// uses: lib/constants, lib/step-state, lib/step-rows, lib/kv.*, lib/cache-layout, lib/attention/visible, lib/attention/soft-cap
// constants: KV_HEADS, GROUP, HEAD_DIM, LINES, TEAMS, LANES, STAGE, DIM_QUADS
struct Params { scale : f32, layer : u32, rows : u32 }
@group(0) @binding(0) var<uniform> params : Params;
@group(0) @binding(1) var<storage, read> state : array<u32>;           // [step state]
@group(0) @binding(2) var<storage, read> query : array<vec4f>;         // [rows, KV_HEADS * GROUP, QUADS], rotated
@group(0) @binding(3) var<storage, read> cache : array<KvQuad>;        // [pages of the layer]
@group(0) @binding(4) var<storage, read_write> output : array<vec4f>;  // [rows, KV_HEADS * GROUP, QUADS]
@group(0) @binding(5) var<storage, read_write> lse : array<f32>;       // [rows, KV_HEADS * GROUP]

const QUADS = HEAD_DIM / 4u;
const HEAD_QUADS = HEAD_WORDS / QUAD_WORDS;
const THREADS = TEAMS * LANES;
const TILE = 4u * LANES;
const TILE_LINES = TEAMS * LINES;
const STEP_QUADS = select(STAGE, QUADS, STAGE == 0u);
const KEY_STRIDE = STAGE + 1u;  // One more than needed, so that neighbouring slots lie in different banks.
const QUERIES_AT = select(TILE * KEY_STRIDE, 0u, STAGE == 0u);

// Keys [slot][KEY_STRIDE] and queries [line][STAGE], then weights times the value scales [line][lane], each of slots lane + (0, 1, 2, 3) * LANES.
var<workgroup> scratch : array<vec4f, max(TILE_LINES * LANES, QUERIES_AT + TILE_LINES * STAGE)>;
var<workgroup> found : array<f32, TILE_LINES * LANES>;  // [line][lane]: maxima, at the end sums of weights

fn attends(row : u32) -> bool { return row_attends(row, 0u); }
fn sees_four(sight : Sight, slots : vec4u, places : vec4u) -> vec4<bool> {
  return vec4<bool>(
    row_sees(sight, slots.x, places.x), row_sees(sight, slots.y, places.y),
    row_sees(sight, slots.z, places.z), row_sees(sight, slots.w, places.w));
}
fn capped_four(scores : vec4f) -> vec4f {
  return vec4f(soft_capped(scores.x, LOG2_E), soft_capped(scores.y, LOG2_E), soft_capped(scores.z, LOG2_E), soft_capped(scores.w, LOG2_E));
}
fn head_of(line : u32, kv_head : u32) -> u32 { return (line / GROUP * KV_HEADS + kv_head) * GROUP + line % GROUP; }

@compute @workgroup_size(LANES, TEAMS)
fn main(@builtin(workgroup_id) group : vec3u, @builtin(local_invocation_id) local : vec3u) {
  let lane = local.x;
  let t = local.y * LANES + lane;
  let team_line = local.y * LINES;
  let kv_head = group.y;
  let first_line = group.x * (TEAMS * LINES);
  let first_row = first_line / GROUP;
  let end_row = min((first_line + TEAMS * LINES - 1u) / GROUP + 1u, min(params.rows, row_count()));
  let scale = params.scale * LOG2_E;
  // Loop bounds that are not known in advance: compilers that unroll loops of known length take minutes over this kernel.
  let lanes = select(0u, LANES, params.rows > 0u);
  let step_quads = select(0u, STEP_QUADS, params.rows > 0u);
#for l in LINES
  let line_$l = first_line + team_line + $lu;
  let row_$l = line_$l / GROUP;
  let head_$l = head_of(line_$l, kv_head);
  var max_$l = LOWEST;
  var weight_$l = 0.0;
#for j in DIM_QUADS
  var sum_$l_$j = vec4f(0.0);
#end
#end

  var next = first_row;
  loop {
    while (next < end_row && !attends(next)) { next++; }
    if (next >= end_row) { break; }
    let sequence = row_sequence(next);
    let mask = mask_of(sequence);
    let length = sequence_length(sequence, params.layer, kv_head);
    let begin = next;
    var slots = 0u;
    var oldest = 0xffffffffu;
    while (next < end_row && (!attends(next) || row_sequence(next) == sequence)) {
      if (attends(next)) {
        slots = max(slots, row_reach(next, length));
        oldest = min(oldest, row_place(next) + 1u);
      }
      next++;
    }
#for l in LINES
    let sight_$l = sight_after(row_$l, length, mask, row_$l >= begin && row_$l < next && attends(row_$l));
#end

    // Slots past the end weigh nothing; what lies there may be no number, so the last one stands in for them.
    let last = slots - 1u;
    for (var first = 0u; first < slots; first += TILE) {
      let page = page_of(sequence, params.layer, first);
      if (HIDES && !page_visible(page, kv_head, mask, oldest)) { continue; }
      let keys = key_word(page, kv_head, 0u) / QUAD_WORDS;
#for s in 4
      let slot_$s = min(first + lane + $su * LANES, last) & PAGE_MASK;
#end
#for l in LINES
      var score_$l = vec4f(0.0);
#end
      for (var begin_quad = 0u; begin_quad < QUADS; begin_quad += STEP_QUADS) {
        if (STAGE > 0u) {
          workgroupBarrier();
          for (var i = t; i < TILE * STAGE; i += THREADS) {
            let slot = min(first + i / STEP_QUADS, last) & PAGE_MASK;
            let quad = i % STEP_QUADS;
            scratch[i / STEP_QUADS * KEY_STRIDE + quad] = unpack_quad(cache[keys + slot * HEAD_QUADS + min(begin_quad + quad, QUADS - 1u)]);
          }
          for (var i = t; i < TILE_LINES * STAGE; i += THREADS) {
            let quad = begin_quad + i % STEP_QUADS;
            let head = head_of(first_line + i / STEP_QUADS, kv_head);
            scratch[QUERIES_AT + i] = select(vec4f(0.0), query[head * QUADS + min(quad, QUADS - 1u)], quad < QUADS);
          }
          workgroupBarrier();
        }
        for (var q = 0u; q < step_quads; q++) {
#for s in 4
          var k_$s : vec4f;
          if (STAGE > 0u) { k_$s = scratch[(lane + $su * LANES) * KEY_STRIDE + q]; } else { k_$s = unpack_quad(cache[keys + slot_$s * HEAD_QUADS + q]); }
#end
          let k = transpose(mat4x4f(k_0, k_1, k_2, k_3));
#for l in LINES
          {
            var part : vec4f;
            if (STAGE > 0u) { part = scratch[QUERIES_AT + (team_line + $lu) * STAGE + q]; } else { part = query[head_$l * QUADS + q]; }
            score_$l = fma(k[0], vec4f(part.x), score_$l);
            score_$l = fma(k[1], vec4f(part.y), score_$l);
            score_$l = fma(k[2], vec4f(part.z), score_$l);
            score_$l = fma(k[3], vec4f(part.w), score_$l);
          }
#end
        }
      }
      let own_slots = first + lane + vec4u(0u, 1u, 2u, 3u) * LANES;
      let places = vec4u(
        place_in(page, kv_head, slot_0), place_in(page, kv_head, slot_1),
        place_in(page, kv_head, slot_2), place_in(page, kv_head, slot_3));
      let key_scales = scale * vec4f(
        key_scale(page, kv_head, slot_0), key_scale(page, kv_head, slot_1),
        key_scale(page, kv_head, slot_2), key_scale(page, kv_head, slot_3));
      let value_scales = vec4f(
        value_scale(page, kv_head, slot_0), value_scale(page, kv_head, slot_1),
        value_scale(page, kv_head, slot_2), value_scale(page, kv_head, slot_3));
#for l in LINES
      let visible_$l = sees_four(sight_$l, own_slots, places);
      score_$l = select(vec4f(LOWEST), capped_four(score_$l * key_scales), visible_$l);
      var high_$l = max(max(score_$l.x, score_$l.y), max(score_$l.z, score_$l.w));
#end
#for l in LINES
      found[(team_line + $lu) * LANES + lane] = high_$l;
#end
      workgroupBarrier();

#for l in LINES
      high_$l = max_$l;
#end
      for (var i = 0u; i < lanes; i++) {
#for l in LINES
        high_$l = max(high_$l, found[(team_line + $lu) * LANES + i]);
#end
      }
#for l in LINES
      let rescale_$l = exp2(max_$l - high_$l);
      max_$l = high_$l;
      weight_$l *= rescale_$l;
#for j in DIM_QUADS
      sum_$l_$j *= rescale_$l;
#end
      {
        let weight = select(vec4f(0.0), exp2(score_$l - high_$l), visible_$l);
        scratch[(team_line + $lu) * LANES + lane] = weight * value_scales;
        weight_$l += (weight.x + weight.y) + (weight.z + weight.w);
      }
#end
      workgroupBarrier();

      let values = keys + SECTION_WORDS / QUAD_WORDS;
      let live = min(slots - first, lanes);
      for (var i = 0u; i < live; i++) {
#for s in 4
        let value_$s = values + (min(first + i + $su * LANES, last) & PAGE_MASK) * HEAD_QUADS;
#end
#for j in DIM_QUADS
        let dim_$j = min(lane + $ju * LANES, QUADS - 1u);
        let v_$j_0 = unpack_quad(cache[value_0 + dim_$j]);
        let v_$j_1 = unpack_quad(cache[value_1 + dim_$j]);
        let v_$j_2 = unpack_quad(cache[value_2 + dim_$j]);
        let v_$j_3 = unpack_quad(cache[value_3 + dim_$j]);
#end
#for l in LINES
        {
          let w = scratch[(team_line + $lu) * LANES + i];
#for j in DIM_QUADS
          sum_$l_$j = fma(v_$j_0, vec4f(w.x), sum_$l_$j);
          sum_$l_$j = fma(v_$j_1, vec4f(w.y), sum_$l_$j);
          sum_$l_$j = fma(v_$j_2, vec4f(w.z), sum_$l_$j);
          sum_$l_$j = fma(v_$j_3, vec4f(w.w), sum_$l_$j);
#end
        }
#end
      }
    }
  }

#for l in LINES
  found[(team_line + $lu) * LANES + lane] = weight_$l;
#end
  workgroupBarrier();
#for l in LINES
  if (row_$l < end_row && attends(row_$l)) {
    var total = 0.0;
    for (var i = 0u; i < lanes; i++) { total += found[(team_line + $lu) * LANES + i]; }
    let share = select(1.0 / max(total, 1.0e-30), 0.0, total <= 0.0) * sum_factor(params.layer, kv_head);
#for j in DIM_QUADS
    if (lane + $ju * LANES < QUADS) { output[head_$l * QUADS + lane + $ju * LANES] = sum_$l_$j * share; }
#end
    if (lane == 0u) { lse[head_$l] = select(LOWEST, (max_$l + log2(total)) * LN_2, total > 0.0); }
  }
#end
}

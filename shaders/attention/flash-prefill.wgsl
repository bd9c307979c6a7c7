// Attention of many rows over the cache (FlashAttention-2: Dao 2023, arXiv 2307.08691). A line is one query head of one
// row; lines of a KV head are numbered row by row, so that neighbours share keys and values. One workgroup per (tile of
// TEAMS * LINES lines, KV head): each team of LANES threads takes LINES lines. Over pages of 64 slots, a thread scores
// every line of its team against SLOT_QUADS quads of slots, then sums values into DIM_QUADS quads of the head dimension.
// Loops end at the tile's last visible slot. Rows may be of several sequences, taken one after the other. Maxima are
// kept in log2 units. A row that is not valid stays untouched.
struct Params { scale : f32, layer : u32, rows : u32 }
@group(0) @binding(0) var<uniform> params : Params;
@group(0) @binding(1) var<storage, read> state : array<u32>;           // [step state]
@group(0) @binding(2) var<storage, read> query : array<vec4f>;         // [rows, KV_HEADS * GROUP, QUADS], rotated
@group(0) @binding(3) var<storage, read> cache : array<KvQuad>;        // [pages of the layer]
@group(0) @binding(4) var<storage, read_write> output : array<vec4f>;  // [rows, KV_HEADS * GROUP, QUADS]
@group(0) @binding(5) var<storage, read_write> lse : array<f32>;       // [rows, KV_HEADS * GROUP]

const QUADS = HEAD_DIM / 4u;
const QUAD_WORDS = 2u * PAIR_WORDS;
const HEAD_QUADS = HEAD_WORDS / QUAD_WORDS;
const PAGE_QUADS = PAGE_SLOTS / 4u;
const LOWEST = -3.0e38;
const LOG2_E = 1.4426950408889634;
const LN_2 = 0.6931471805599453;

var<workgroup> weights : array<vec4f, TEAMS * LINES * PAGE_QUADS>;  // [line][quad of slots]
var<workgroup> found : array<f32, TEAMS * LINES * LANES>;           // [line][lane]: maxima, at the end sums of weights

fn head_of(line : u32, kv_head : u32) -> u32 { return (line / GROUP * KV_HEADS + kv_head) * GROUP + line % GROUP; }

@compute @workgroup_size(LANES, TEAMS)
fn main(@builtin(workgroup_id) group : vec3u, @builtin(local_invocation_id) local : vec3u) {
  let lane = local.x;
  let team_line = local.y * LINES;
  let kv_head = group.y;
  let first_line = group.x * (TEAMS * LINES);
  let first_row = first_line / GROUP;
  let end_row = min((first_line + TEAMS * LINES - 1u) / GROUP + 1u, min(params.rows, row_count()));
  let scale = params.scale * LOG2_E;
  // Loops over quads begin at the tile's first query, not at 0: compilers that unroll loops of known length take minutes.
  let origin = head_of(first_line, kv_head) * QUADS;
#for l in LINES
  let line_$l = first_line + team_line + $lu;
  let row_$l = line_$l / GROUP;
  let query_$l = head_of(line_$l, kv_head) * QUADS - origin;
  var max_$l = LOWEST;
  var weight_$l = 0.0;
#for j in DIM_QUADS
  var sum_$l_$j = vec4f(0.0);
#end
#end

  var next = first_row;
  loop {
    while (next < end_row && !row_valid(next)) { next++; }
    if (next >= end_row) { break; }
    let sequence = row_sequence(next);
    let begin = next;
    var ahead = 0u;
    while (next < end_row && (!row_valid(next) || row_sequence(next) == sequence)) {
      if (row_valid(next)) { ahead = max(ahead, row_ordinal(next) + 1u); }
      next++;
    }
    let length = sequence_length(sequence, params.layer, kv_head);
    let slots = length + ahead;
#for l in LINES
    let mine_$l = row_$l >= begin && row_$l < next && row_valid(row_$l);
    let limit_$l = select(0u, length + row_ordinal(row_$l) + 1u, mine_$l);
    let oldest_$l = select(0u, row_position(row_$l) + 1u, WINDOW > 0u);
#end

    for (var first = 0u; first < slots; first += PAGE_SLOTS) {
      let page = page_of(sequence, params.layer, first);
      // Slots past the end weigh nothing; what lies there may be no number, so the last one stands in for them.
      let last = slots - 1u;
      let keys = key_word(page, kv_head, 0u) / QUAD_WORDS - origin;
#for s in SLOT_QUADS
      let slot_$s = first + (lane + $su * LANES) * 4u;
      let key_$s_0 = keys + (min(slot_$s, last) & 63u) * HEAD_QUADS;
      let key_$s_1 = keys + (min(slot_$s + 1u, last) & 63u) * HEAD_QUADS;
      let key_$s_2 = keys + (min(slot_$s + 2u, last) & 63u) * HEAD_QUADS;
      let key_$s_3 = keys + (min(slot_$s + 3u, last) & 63u) * HEAD_QUADS;
#for l in LINES
      var score_$l_$s = vec4f(0.0);
#end
#end
      for (var q = origin; q < origin + QUADS; q++) {
#for s in SLOT_QUADS
        let k_$s = transpose(mat4x4f(unpack_quad(cache[key_$s_0 + q]), unpack_quad(cache[key_$s_1 + q]), unpack_quad(cache[key_$s_2 + q]), unpack_quad(cache[key_$s_3 + q])));
#end
#for l in LINES
        let q_$l = query[query_$l + q];
#for s in SLOT_QUADS
        score_$l_$s = fma(k_$s[0], vec4f(q_$l.x), score_$l_$s);
        score_$l_$s = fma(k_$s[1], vec4f(q_$l.y), score_$l_$s);
        score_$l_$s = fma(k_$s[2], vec4f(q_$l.z), score_$l_$s);
        score_$l_$s = fma(k_$s[3], vec4f(q_$l.w), score_$l_$s);
#end
#end
      }
#for l in LINES
      var high_$l = LOWEST;
#end
#for s in SLOT_QUADS
      let slots_$s = slot_$s + vec4u(0u, 1u, 2u, 3u);
      var positions_$s = vec4u(0u);
      if (WINDOW > 0u) { positions_$s = positions_at(page, kv_head, slot_$s); }
#for l in LINES
      {
        let visible = (slots_$s < vec4u(limit_$l)) & (positions_$s + WINDOW >= vec4u(oldest_$l));
        score_$l_$s = select(vec4f(LOWEST), score_$l_$s * scale, visible);
        let pair = max(score_$l_$s.xy, score_$l_$s.zw);
        high_$l = max(high_$l, max(pair.x, pair.y));
      }
#end
#end
#for l in LINES
      found[(team_line + $lu) * LANES + lane] = high_$l;
#end
      workgroupBarrier();

#for l in LINES
      high_$l = max_$l;
#end
      for (var i = origin; i < origin + LANES; i++) {
#for l in LINES
        high_$l = max(high_$l, found[(team_line + $lu) * LANES + i - origin]);
#end
      }
#for l in LINES
      let rescale_$l = exp2(max_$l - high_$l);
      max_$l = high_$l;
      weight_$l *= rescale_$l;
#for j in DIM_QUADS
      sum_$l_$j *= rescale_$l;
#end
#for s in SLOT_QUADS
      {
        let weight = select(vec4f(0.0), exp2(score_$l_$s - high_$l), score_$l_$s > vec4f(LOWEST));
        weights[(team_line + $lu) * PAGE_QUADS + lane + $su * LANES] = weight;
        let pair = weight.xy + weight.zw;
        weight_$l += pair.x + pair.y;
      }
#end
#end
      workgroupBarrier();

      let values = value_word(page, kv_head, 0u) / QUAD_WORDS;
      let quads = (min(slots - first, PAGE_SLOTS) + 3u) / 4u;
      for (var i = 0u; i < quads; i++) {
        let slot = first + i * 4u;
        let value_0 = values + (slot & 63u) * HEAD_QUADS;
        let value_1 = values + (min(slot + 1u, last) & 63u) * HEAD_QUADS;
        let value_2 = values + (min(slot + 2u, last) & 63u) * HEAD_QUADS;
        let value_3 = values + (min(slot + 3u, last) & 63u) * HEAD_QUADS;
#for j in DIM_QUADS
        let dim_$j = min(lane + $ju * LANES, QUADS - 1u);
        let v_$j_0 = unpack_quad(cache[value_0 + dim_$j]);
        let v_$j_1 = unpack_quad(cache[value_1 + dim_$j]);
        let v_$j_2 = unpack_quad(cache[value_2 + dim_$j]);
        let v_$j_3 = unpack_quad(cache[value_3 + dim_$j]);
#end
#for l in LINES
        {
          let w = weights[(team_line + $lu) * PAGE_QUADS + i];
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
  if (row_$l < end_row && row_valid(row_$l)) {
    var total = 0.0;
    for (var i = origin; i < origin + LANES; i++) { total += found[(team_line + $lu) * LANES + i - origin]; }
    let share = select(0.0, 1.0 / max(total, 1.0e-30), total > 0.0);
#for j in DIM_QUADS
    if (lane + $ju * LANES < QUADS) { output[origin + query_$l + lane + $ju * LANES] = sum_$l_$j * share; }
#end
    if (lane == 0u) { lse[head_of(line_$l, kv_head)] = select(LOWEST, (max_$l + log2(total)) * LN_2, total > 0.0); }
  }
#end
}

// Positions of four slots from one that is a multiple of 4 on.
fn positions_at(page : u32, kv_head : u32, slot : u32) -> vec4u {
  let quad = position_word(page, kv_head, slot) / QUAD_WORDS;
  let tail = cache[quad + 2u / QUAD_WORDS];
  return vec4u(quad_word(cache[quad], 0u), quad_word(cache[quad], 1u), quad_word(tail, 2u), quad_word(tail, 3u));
}

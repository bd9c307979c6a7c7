enable subgroups;
diagnostic(off, subgroup_uniformity);
// Attention of many rows over the cache for narrow SIMD (software adapters): a workgroup is one subgroup of LANES threads
// and a thread owns LINES lines, queries and sums in registers. A line is one query head of one row; lines of a KV head
// are numbered row by row, so that neighbours share keys and values. Of each slot a lane loads LANE_QUADS quads of key
// and value, which go round by subgroup broadcast: neither workgroup memory nor barriers. Loops end at the last slot
// that any line sees; rows may be of several sequences, taken one after the other. Maxima are kept in log2 units, and
// raised only when a score is far above. A row that is not valid, or whose slots are selected, stays untouched.
// uses: lib/constants, lib/step-state, lib/step-rows, lib/kv.*, lib/cache-layout, lib/attention/visible, lib/attention/soft-cap
// constants: KV_HEADS, GROUP, HEAD_DIM, LANES, LINES, LANE_QUADS, HOLDERS
struct Params { scale : f32, layer : u32, rows : u32 }
@group(0) @binding(0) var<uniform> params : Params;
@group(0) @binding(1) var<storage, read> state : array<u32>;           // [step state]
@group(0) @binding(2) var<storage, read> query : array<vec4f>;         // [rows, KV_HEADS * GROUP, QUADS], rotated
@group(0) @binding(3) var<storage, read> cache : array<KvQuad>;        // [pages of the layer]
@group(0) @binding(4) var<storage, read_write> output : array<vec4f>;  // [rows, KV_HEADS * GROUP, QUADS]
@group(0) @binding(5) var<storage, read_write> lse : array<f32>;       // [rows, KV_HEADS * GROUP]

const QUADS = HEAD_DIM / 4u;
// A maximum is raised when a score is more than this above it: weights stay below 2^16, sums far below overflow.
const SLACK = 16.0;

fn attends(row : u32) -> bool { return row_attends(row, 0u); }
fn head_of(line : u32, kv_head : u32) -> u32 { return (line / GROUP * KV_HEADS + kv_head) * GROUP + line % GROUP; }

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group : vec3u, @builtin(local_invocation_index) t : u32, @builtin(subgroup_invocation_id) lane : u32) {
  let kv_head = group.y;
  let first_line = group.x * (LANES * LINES);
  let first_row = first_line / GROUP;
  let end_row = min((first_line + LANES * LINES - 1u) / GROUP + 1u, min(params.rows, row_count()));
  let scale = params.scale * LOG2_E;
#for l in LINES
  let line_$l = first_line + $lu * LANES + t;
  let row_$l = line_$l / GROUP;
  let head_$l = head_of(line_$l, kv_head);
  var max_$l = LOWEST;
  var weight_$l = 0.0;
#for j in LANE_QUADS
#for i in HOLDERS
  let query_$l_$j_$i = query[head_$l * QUADS + min($ju * HOLDERS + $iu, QUADS - 1u)] * select(0.0, scale, $ju * HOLDERS + $iu < QUADS);
  var sum_$l_$j_$i = vec4f(0.0);
#end
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

    for (var first = 0u; first < slots; first += PAGE_SLOTS) {
      let page = page_of(sequence, params.layer, first);
      if (HIDES && !page_visible(page, kv_head, mask, oldest)) { continue; }
      let end = min(slots, first + PAGE_SLOTS);
      for (var slot = first; slot < end; slot++) {
        let at = key_word(page, kv_head, slot) / QUAD_WORDS;
        let slot_key_scale = key_scale(page, kv_head, slot);
        let slot_value_scale = value_scale(page, kv_head, slot);
        let place = place_in(page, kv_head, slot);
#for l in LINES
        var score_$l = vec4f(0.0);
#end
#for j in LANE_QUADS
        let key_$j = unpack_quad(cache[at + min($ju * HOLDERS + lane % HOLDERS, QUADS - 1u)]);
        let value_$j = unpack_quad(cache[at + SECTION_WORDS / QUAD_WORDS + min($ju * HOLDERS + lane % HOLDERS, QUADS - 1u)]);
#end
#for j in LANE_QUADS
#for i in HOLDERS
        {
          let key = subgroupBroadcast(key_$j, $iu);
#for l in LINES
          score_$l = fma(query_$l_$j_$i, key, score_$l);
#end
        }
#end
#end
        var rises = false;
#for l in LINES
        let visible_$l = row_sees(sight_$l, slot, place);
        let all_$l = select(LOWEST, soft_capped(((score_$l.x + score_$l.y) + (score_$l.z + score_$l.w)) * slot_key_scale, LOG2_E), visible_$l);
        rises = rises || all_$l > max_$l + SLACK;
#end
        if (subgroupAny(rises)) {
#for l in LINES
          {
            let high = max(max_$l, all_$l);
            let rescale = exp2(max_$l - high);
            max_$l = high;
            weight_$l *= rescale;
#for j in LANE_QUADS
#for i in HOLDERS
            sum_$l_$j_$i *= rescale;
#end
#end
          }
#end
        }
#for l in LINES
        let share_$l = select(0.0, exp2(all_$l - max_$l), visible_$l);
        weight_$l += share_$l;
        let factor_$l = share_$l * slot_value_scale;
#end
#for j in LANE_QUADS
#for i in HOLDERS
        {
          let value = subgroupBroadcast(value_$j, $iu);
#for l in LINES
          sum_$l_$j_$i = fma(vec4f(factor_$l), value, sum_$l_$j_$i);
#end
        }
#end
#end
      }
    }
  }

#for l in LINES
  if (row_$l < end_row && attends(row_$l)) {
    let share = select(1.0 / max(weight_$l, 1.0e-30), 0.0, weight_$l <= 0.0) * sum_factor(params.layer, kv_head);
#for j in LANE_QUADS
#for i in HOLDERS
    if ($ju * HOLDERS + $iu < QUADS) { output[head_$l * QUADS + $ju * HOLDERS + $iu] = sum_$l_$j_$i * share; }
#end
#end
    lse[head_$l] = select(LOWEST, (max_$l + log2(weight_$l)) * LN_2, weight_$l > 0.0);
  }
#end
}

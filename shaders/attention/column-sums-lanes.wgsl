enable subgroups;
diagnostic(off, subgroup_uniformity);
// What attention/column-sums adds up, for narrow SIMD (software adapters): a workgroup is one subgroup of LANES threads and
// a thread owns one slot, its key in registers. It goes through the rows of its sequence; of each query a lane loads
// LANE_QUADS quads, which go round by subgroup broadcast. One workgroup per (LANES slots, KV head, sequence).
// It needs lib/attention/column-mass and what that needs.
// uses: lib/constants, lib/step-state, lib/step-rows, lib/kv.*, lib/cache-layout, lib/attention/observed
// uses: lib/attention/noise.*, lib/attention/column-mass, lib/attention/visible, lib/attention/soft-cap
// constants: KV_HEADS, GROUP, HEAD_DIM, LANES, LANE_QUADS, HOLDERS
struct Params { scale : f32, layer : u32, tiles : u32, sequences : u32 }
@group(0) @binding(0) var<uniform> params : Params;
@group(0) @binding(1) var<storage, read> state : array<u32>;        // [step state]
@group(0) @binding(2) var<storage, read> query : array<vec4f>;      // [rows, KV_HEADS * GROUP, QUADS], rotated
@group(0) @binding(3) var<storage, read> cache : array<KvQuad>;     // [pages of the layer]
@group(0) @binding(4) var<storage, read> log_sums : array<f32>;     // [rows, KV_HEADS * GROUP]: natural log of the sum over slots
@group(0) @binding(5) var<storage, read_write> mass : array<f32>;   // [pages, KV_HEADS, 64]

const QUADS = HEAD_DIM / 4u;

// A bound that is not known in advance: compilers that unroll loops of known length take minutes over this kernel.
fn run_time(bound : u32) -> u32 { return select(0u, bound, params.tiles > 0u); }

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group : vec3u, @builtin(local_invocation_index) t : u32, @builtin(subgroup_invocation_id) lane : u32) {
  let first = group.x * LANES;
  let kv_head = group.y;
  let sequence = group.z;
  if (!sums_columns(sequence, kv_head, first)) { return; }
  let rows = sequence_rows(sequence, params.layer);
  let length = sequence_length(sequence, params.layer, kv_head);
  let used = sequence_end(sequence, params.layer, kv_head);
  let slot = first + t;
  let page = page_of(sequence, params.layer, first);
  // Slots past the end get nothing; what lies there may be no number, so the last one stands in for them.
  let stored = min(slot, used - 1u);
  let keys = key_word(page, kv_head, stored) / QUAD_WORDS;
  let place = place_in(page, kv_head, stored);
  let scale = params.scale * LOG2_E * key_scale(page, kv_head, stored);
#for j in LANE_QUADS
#for i in HOLDERS
  let key_$j_$i = unpack_quad(cache[keys + min($ju * HOLDERS + $iu, QUADS - 1u)]) * select(0.0, scale, $ju * HOLDERS + $iu < QUADS);
#end
#end
  let mask = mask_of(sequence);
  let with_noise = NOISE && noisy(sequence);

  let first_row = sequence_first_row(sequence, params.layer);
  var kept = 1.0;
  var added = 0.0;
  for (var row = first_row; row < first_row + rows; row++) {
    let sight = sight_after(row, length, mask, row_valid(row) && row_observed(row));
    if (sight.end <= first) { continue; }
    let noise = row_noise(row);
    var words = vec4u(0u);
    var sum = 0.0;
    for (var g = 0u; g < run_time(GROUP); g++) {
      let head = (row * KV_HEADS + kv_head) * GROUP + g;
#for j in LANE_QUADS
      let part_$j = query[head * QUADS + min($ju * HOLDERS + lane % HOLDERS, QUADS - 1u)];
#end
      var products = vec4f(0.0);
#for j in LANE_QUADS
#for i in HOLDERS
      products = fma(key_$j_$i, subgroupBroadcast(part_$j, $iu), products);
#end
#end
      var score = soft_capped((products.x + products.y) + (products.z + products.w), LOG2_E);
      if (with_noise) {
        if (g % 4u == 0u) { words = noise_words(noise, params.layer, kv_head, g / 4u, slot); }
        score = (score + noise_of(words[g & 3u])) * noise.cooling;
      }
      sum += exp2(score - log_sums[head] * LOG2_E);
    }
    if (row_sees(sight, slot, place)) {
      kept *= row_decay(row);
      added = added * row_decay(row) + sum;
    }
  }
  if (slot < used) { add_column(sequence, page, kv_head, slot, kept, added); }
}

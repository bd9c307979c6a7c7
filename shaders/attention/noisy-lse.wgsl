// The log-sums that attention/column-sums divides by where scores have noise: of (score + noise) / tau over the visible
// slots, for observed rows of sequences that want noise; rows of others get what attention found. A thread takes one of
// ROWS rows, LINES query heads and every PARTS-th run of 8 slots; what the PARTS found meets at the end. Rows that are not
// valid or not observed stay untouched.
// uses: lib/constants, lib/step-state, lib/step-rows, lib/kv.*, lib/cache-layout, lib/attention/observed
// uses: lib/attention/noise.*, lib/attention/visible, lib/attention/soft-cap
// constants: KV_HEADS, GROUP, HEAD_DIM, LINES, PARTS
struct Params { scale : f32, layer : u32, rows : u32 }
@group(0) @binding(0) var<uniform> params : Params;
@group(0) @binding(1) var<storage, read> state : array<u32>;            // [step state]
@group(0) @binding(2) var<storage, read> query : array<vec4f>;          // [rows, KV_HEADS * GROUP, QUADS], rotated
@group(0) @binding(3) var<storage, read> cache : array<KvQuad>;         // [pages of the layer]
@group(0) @binding(4) var<storage, read> lse : array<f32>;              // [rows, KV_HEADS * GROUP]: without noise
@group(0) @binding(5) var<storage, read_write> log_sums : array<f32>;   // [rows, KV_HEADS * GROUP]

const QUADS = HEAD_DIM / 4u;
const RUN = 8u;
const BATCHES = (GROUP + LINES - 1u) / LINES;

var<workgroup> maxima : array<f32, PARTS * ROWS * LINES>;
var<workgroup> sums : array<f32, PARTS * ROWS * LINES>;

// A bound that is not known in advance: compilers that unroll loops of known length take minutes over this kernel.
fn run_time(bound : u32) -> u32 { return select(0u, bound, params.rows > 0u); }

@compute @workgroup_size(ROWS, PARTS)
fn main(@builtin(workgroup_id) group : vec3u, @builtin(local_invocation_id) local : vec3u) {
  let first_row = group.x * ROWS;
  let end_row = min(first_row + ROWS, min(params.rows, row_count()));
  let kv_head = group.y / BATCHES;
  let first_head = group.y % BATCHES * LINES;
  let row = first_row + local.x;
  let scale = params.scale * LOG2_E;
  let mine = row < end_row && row_valid(row) && row_observed(row);
#for l in LINES
  let head_$l = (row * KV_HEADS + kv_head) * GROUP + min(first_head + $lu, GROUP - 1u);
  var max_$l = LOWEST;
  var sum_$l = 0.0;
#end

  var next = first_row;
  while (next < end_row) {
    // A run of observed rows of one sequence.
    let sequence = row_sequence(next);
    let length = sequence_length(sequence, params.layer, kv_head);
    let begin = next;
    var end = 0u;
    while (next < end_row && row_sequence(next) == sequence) {
      if (row_valid(next) && row_observed(next)) { end = max(end, row_end_after(next, length)); }
      next++;
    }
    if (end == 0u || !noisy(sequence)) { continue; }
    let sight = sight_after(row, length, mask_of(sequence), mine && row >= begin && row < next);
    let noise = row_noise(row);
    let last = end - 1u;
    // With one part the loop is the same for all threads, and must look so: keys are then read once for all.
    for (var start = select(local.y, 0u, PARTS == 1u) * RUN; start <= last; start += PARTS * RUN) {
      let page = page_of(sequence, params.layer, start);
#for s in 8
      let at_$s = key_word(page, kv_head, min(start + $su, last)) / QUAD_WORDS;
#end
#for l in LINES
      var low_$l = vec4f(0.0);
      var high_$l = vec4f(0.0);
#end
      for (var q = 0u; q < run_time(QUADS); q++) {
#for s in 8
        let key_$s = unpack_quad(cache[at_$s + q]);
#end
#for l in LINES
        {
          let part = query[head_$l * QUADS + q];
          low_$l += vec4f(dot(key_0, part), dot(key_1, part), dot(key_2, part), dot(key_3, part));
          high_$l += vec4f(dot(key_4, part), dot(key_5, part), dot(key_6, part), dot(key_7, part));
        }
#end
      }
      for (var s = 0u; s < run_time(RUN); s++) {
        let factor = scale * key_scale(page, kv_head, min(start + s, last));
        let words = noise_words(noise, params.layer, kv_head, first_head / 4u, start + s);
        let visible = row_sees(sight, start + s, place_in(page, kv_head, min(start + s, last)));
#for l in LINES
        {
          let capped = soft_capped(select(low_$l, high_$l, s > 3u)[s & 3u] * factor, LOG2_E);
          let score = (capped + noise_of(words[$l])) * noise.cooling;
          if (visible) {
            let share = exp2(-abs(score - max_$l));
            sum_$l = select(sum_$l + share, sum_$l * share + 1.0, score > max_$l);
            max_$l = max(max_$l, score);
          }
        }
#end
      }
    }
  }

#for l in LINES
  maxima[(local.y * ROWS + local.x) * LINES + $lu] = max_$l;
  sums[(local.y * ROWS + local.x) * LINES + $lu] = sum_$l;
#end
  workgroupBarrier();
  if (local.y > 0u || !mine) { return; }
  for (var l = 0u; l < LINES && first_head + l < GROUP; l++) {
    let head = (row * KV_HEADS + kv_head) * GROUP + first_head + l;
    if (!noisy(row_sequence(row))) {
      log_sums[head] = lse[head];
      continue;
    }
    var high = LOWEST;
    for (var part = 0u; part < PARTS; part++) { high = max(high, maxima[(part * ROWS + local.x) * LINES + l]); }
    var total = 0.0;
    for (var part = 0u; part < PARTS; part++) {
      let at = (part * ROWS + local.x) * LINES + l;
      total += sums[at] * exp2(maxima[at] - high);
    }
    log_sums[head] = (high + log2(max(total, 1.0e-30))) * LN_2;
  }
}

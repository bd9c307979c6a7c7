// What the rows of a step attend to, summed per slot: the mass that eviction policies go by, in steps where a sequence may
// have several rows. The log-sums of the rows are known from attention, so one more product of queries and keys is enough
// (as MInference does it for its vertical lines: Jiang et al. 2024, arXiv 2407.02490). A workgroup per (64 slots, KV head,
// sequence): a thread has one slot, HELD quads of its key in registers, and goes through the rows of one of PARTS blocks,
// ROWS rows and LINES query heads at a time. Row by row a visible slot's mass becomes mass * decay + share, where only
// decoding rows have a decay. Rows that are not valid or not observed add nothing.
// It needs lib/attention/column-mass and what that needs.
// uses: lib/constants, lib/step-state, lib/step-rows, lib/kv.*, lib/cache-layout, lib/attention/observed
// uses: lib/attention/noise.*, lib/attention/column-mass, lib/attention/visible, lib/attention/soft-cap
// constants: KV_HEADS, GROUP, HEAD_DIM, LINES, ROWS, HELD, PARTS
struct Params { scale : f32, layer : u32, tiles : u32, sequences : u32 }
@group(0) @binding(0) var<uniform> params : Params;
@group(0) @binding(1) var<storage, read> state : array<u32>;        // [step state]
@group(0) @binding(2) var<storage, read> query : array<vec4f>;      // [rows, KV_HEADS * GROUP, QUADS], rotated
@group(0) @binding(3) var<storage, read> cache : array<KvQuad>;     // [pages of the layer]
@group(0) @binding(4) var<storage, read> log_sums : array<f32>;     // [rows, KV_HEADS * GROUP]: natural log of the sum over slots
@group(0) @binding(5) var<storage, read_write> mass : array<f32>;   // [pages, KV_HEADS, 64]

const QUADS = HEAD_DIM / 4u;

// Per block of rows: what it multiplies a slot's mass with, and then adds.
var<workgroup> kept_by : array<f32, PARTS * PAGE_SLOTS>;
var<workgroup> added_by : array<f32, PARTS * PAGE_SLOTS>;

// A bound that is not known in advance: compilers that unroll loops of known length take minutes over this kernel.
fn run_time(bound : u32) -> u32 { return select(0u, bound, params.tiles > 0u); }

// The newest place of the page's first `count` slots.
fn newest_place(page : u32, kv_head : u32, count : u32) -> u32 {
  var newest = 0u;
  for (var slot = 0u; slot < count; slot++) { newest = max(newest, position_at(page, kv_head, slot)); }
  return newest;
}

@compute @workgroup_size(64, PARTS)
fn main(@builtin(workgroup_id) group : vec3u, @builtin(local_invocation_id) local : vec3u) {
  let first = group.x * PAGE_SLOTS;
  let kv_head = group.y;
  let sequence = group.z;
  if (!sums_columns(sequence, kv_head, first)) { return; }
  let rows = sequence_rows(sequence, params.layer);
  let length = sequence_length(sequence, params.layer, kv_head);
  let used = sequence_end(sequence, params.layer, kv_head);
  let slot = first + local.x;
  let page = page_of(sequence, params.layer, first);
  // Slots past the end get nothing; what lies there may be no number, so the last one stands in for them.
  let stored = min(slot, used - 1u);
  let keys = key_word(page, kv_head, stored) / QUAD_WORDS;
  let place = place_in(page, kv_head, stored);
#for j in HELD
  let key_$j = unpack_quad(cache[keys + $ju]);
#end
  let mask = mask_of(sequence);
  let with_noise = NOISE && noisy(sequence);
  let scale = params.scale * LOG2_E * key_scale(page, kv_head, stored);
  var newest = 0u;
  if (HIDES && mask.sinks == 0u) { newest = newest_place(page, kv_head, min(used - first, PAGE_SLOTS)); }

  // With one block the loop is the same for all threads, and must look so: what it reads is then read once for all.
  let first_row = sequence_first_row(sequence, params.layer);
  let block = (rows + PARTS - 1u) / PARTS;
  let begin = select(min(local.y * block, rows), 0u, PARTS == 1u);
  let end = select(min(local.y * block + block, rows), rows, PARTS == 1u);
  var kept = 1.0;
  var added = 0.0;
  for (var row = first_row + begin; row < first_row + end; row += ROWS) {
#for r in ROWS
    let row_$r = min(row + $ru, first_row + end - 1u);
    let sight_$r = sight_after(row_$r, length, mask, row + $ru < first_row + end && row_valid(row_$r) && row_observed(row_$r));
    var counts_$r = sight_$r.end > first;
    if (HIDES && mask.sinks == 0u) { counts_$r = counts_$r && shows(mask, sight_$r.oldest, newest); }
    var sum_$r = 0.0;
#end
    var any = false;
#for r in ROWS
    any = any || counts_$r;
#end
    if (!any) { continue; }
    for (var g = 0u; g < run_time(GROUP); g += LINES) {
#for r in ROWS
#for l in LINES
      let head_$r_$l = (row_$r * KV_HEADS + kv_head) * GROUP + min(g + $lu, GROUP - 1u);
      var score_$r_$l = 0.0;
#end
#end
#for j in HELD
#for r in ROWS
#for l in LINES
      {
        let part = query[head_$r_$l * QUADS + $ju];
        score_$r_$l = fma(key_$j.x, part.x, fma(key_$j.y, part.y, fma(key_$j.z, part.z, fma(key_$j.w, part.w, score_$r_$l))));
      }
#end
#end
#end
      for (var q = HELD; q < run_time(QUADS); q++) {
        let key = unpack_quad(cache[keys + q]);
#for r in ROWS
#for l in LINES
        {
          let part = query[head_$r_$l * QUADS + q];
          score_$r_$l = fma(key.x, part.x, fma(key.y, part.y, fma(key.z, part.z, fma(key.w, part.w, score_$r_$l))));
        }
#end
#end
      }
#for r in ROWS
      if (counts_$r) {
        var words = vec4u(0u);
        let noise = row_noise(row_$r);
        if (with_noise) { words = noise_words(noise, params.layer, kv_head, g / 4u, slot); }
#for l in LINES
        {
          var score = soft_capped(score_$r_$l * scale, LOG2_E);
          if (with_noise) { score = (score + noise_of(words[$l])) * noise.cooling; }
          sum_$r += select(0.0, exp2(score - log_sums[head_$r_$l] * LOG2_E), g + $lu < GROUP);
        }
#end
      }
#end
    }
#for r in ROWS
    if (counts_$r && row_sees(sight_$r, slot, place)) {
      kept *= row_decay(row_$r);
      added = added * row_decay(row_$r) + sum_$r;
    }
#end
  }

  if (PARTS > 1u) {
    kept_by[local.y * PAGE_SLOTS + local.x] = kept;
    added_by[local.y * PAGE_SLOTS + local.x] = added;
    workgroupBarrier();
    if (local.y > 0u) { return; }
    for (var part = 1u; part < PARTS; part++) {
      added = added * kept_by[part * PAGE_SLOTS + local.x] + added_by[part * PAGE_SLOTS + local.x];
      kept *= kept_by[part * PAGE_SLOTS + local.x];
    }
  }
  if (slot < used) { add_column(sequence, page, kv_head, slot, kept, added); }
}

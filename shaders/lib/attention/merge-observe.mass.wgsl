// attention/merge adds what the scores of attention/decode-flash mean to the slots' mass: params.observers workgroups for
// each (KV head, row), beside those that join the splits. Every valid row is the only one of its sequence.
// It needs lib/attention/add-mass and one of lib/attention/noise.*.
// uses: lib/constants, lib/step-state, lib/step-rows, lib/kv.*, lib/attention/observed, lib/attention/noise.*
// uses: lib/attention/add-mass
// constants: Q_HEADS, THREADS, GROUP, SCORE_QUADS
@group(0) @binding(5) var<storage, read> cache : array<KvQuad>;     // [pages of the layer]
@group(0) @binding(6) var<storage, read> scores : array<vec4f>;     // [rows, KV_HEADS, SCORE_QUADS, capacity], in log2 units
@group(0) @binding(7) var<storage, read_write> mass : array<f32>;   // [pages, KV_HEADS, 64]
const OBSERVES = true;
const HEAD_LANES = clamp(THREADS / GROUP, 1u, 4u);

fn observe(group : u32, t : u32, row : u32) {
  let kv_head = group / params.observers;
  let sequence = row_sequence(row);
  let last = row_slot(row, kv_head);
  if (!row_observed(row)) {
    let last_page = page_of(sequence, params.layer, last);
    if (t == 0u && group % params.observers == 0u && method_word(sequence, METHOD_POLICY) != 0u) { mass[mass_at(last_page, kv_head, last)] = 0.0; }
    return;
  }

  // HEAD_LANES threads for each head, each over every HEAD_LANES-th split.
  let first = row * Q_HEADS + kv_head * GROUP;
  let with_noise = NOISE && noisy(sequence);
  for (var item = t; item < GROUP * HEAD_LANES; item += THREADS) {
    var high = LOWEST;
    var total = 0.0;
    for (var split = item % HEAD_LANES; split < params.splits; split += HEAD_LANES) {
      let ends = partials[((first + item / HEAD_LANES) * params.splits + split) * (QUADS + 1u) + QUADS];
      let found = select(ends.xy, ends.zw, with_noise);
      if (found.y > 0.0) {
        let raised = max(high, found.x);
        total = total * exp2(high - raised) + found.y * exp2(found.x - raised);
        high = raised;
      }
    }
    maxima[item] = high;
    totals[item] = total;
  }
  workgroupBarrier();
  for (var i = t; i < 4u * SCORE_QUADS; i += THREADS) {
    let head = scored_head(i);
    log_sums[i] = NO_HEAD;
    if (head < GROUP) {
      var high = LOWEST;
      for (var item = HEAD_LANES * head; item < HEAD_LANES * (head + 1u); item++) { high = max(high, maxima[item]); }
      var total = 0.0;
      for (var item = HEAD_LANES * head; item < HEAD_LANES * (head + 1u); item++) { total += totals[item] * exp2(maxima[item] - high); }
      log_sums[i] = high + log2(max(total, 1.0e-30));
    }
  }
  workgroupBarrier();
  add_mass(row, kv_head, last, group % params.observers, params.observers, t, THREADS);
}

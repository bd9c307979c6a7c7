// attention/merge adds what the scores of attention/decode-flash mean to the slots' mass: params.observers workgroups for
// each (KV head, row), beside those that join the splits. Every valid row is the only one of its sequence.
// It needs lib/attention/observed and one of lib/attention/noise.*.
@group(0) @binding(5) var<storage, read> cache : array<KvQuad>;     // [pages of the layer]
@group(0) @binding(6) var<storage, read> scores : array<f32>;       // [rows, Q_HEADS, capacity], in log2 units
@group(0) @binding(7) var<storage, read_write> mass : array<f32>;   // [pages, KV_HEADS, 64]
const OBSERVES = true;

// log2 of the sum of 2^score over all slots, per head of the group.
var<workgroup> log_sums : array<f32, GROUP>;

fn observe(group : u32, t : u32, row : u32) {
  let kv_head = group / params.observers;
  let sequence = row_sequence(row);
  let last = sequence_length(sequence, params.layer, kv_head) + row_ordinal(row);
  if (!row_observed(row)) {
    let last_page = page_of(sequence, params.layer, last);
    if (t == 0u && group % params.observers == 0u && method_word(sequence, METHOD_POLICY) != 0u) { mass[mass_at(last_page, kv_head, last)] = 0.0; }
    return;
  }

  // Four threads for each head, each over every fourth split.
  let first = row * Q_HEADS + kv_head * GROUP;
  let with_noise = NOISE && noisy(sequence);
  var high = LOWEST;
  var total = 0.0;
  if (t / 4u < GROUP) {
    for (var split = t % 4u; split < params.splits; split += 4u) {
      let ends = partials[((first + t / 4u) * params.splits + split) * (QUADS + 1u) + QUADS];
      let found = select(ends.xy, ends.zw, with_noise);
      if (found.y > 0.0) {
        let raised = max(high, found.x);
        total = total * exp2(high - raised) + found.y * exp2(found.x - raised);
        high = raised;
      }
    }
  }
  maxima[t] = high;
  totals[t] = total;
  workgroupBarrier();
  if (t < GROUP) {
    high = LOWEST;
    for (var i = 4u * t; i < 4u * t + 4u; i++) { high = max(high, maxima[i]); }
    total = 0.0;
    for (var i = 4u * t; i < 4u * t + 4u; i++) { total += totals[i] * exp2(maxima[i] - high); }
    log_sums[t] = high + log2(max(total, 1.0e-30));
  }
  workgroupBarrier();

  let hidden = hides(sequence);
  let decay = row_decay(row);
  for (var slot = group % params.observers * THREADS + t; slot <= last; slot += params.observers * THREADS) {
    let page = page_of(sequence, params.layer, slot);
    if (hidden && !place_visible(sequence, row_place(row), position_at(page, kv_head, slot))) { continue; }
    var sum = 0.0;
#for g in GROUP
    sum += exp2(scores[(first + $gu) * params.capacity + slot] - log_sums[$gu]);
#end
    let at = mass_at(page, kv_head, slot);
    mass[at] = select(mass[at], 0.0, slot == last) * decay + sum;
  }
}

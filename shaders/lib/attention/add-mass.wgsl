// Adds to the slots' mass what the query heads of a row give them: 2^(score - log_sum). The scores are vectors of four
// heads, each batch of HEADS filled up to BATCH_QUADS vectors. It needs lib/attention/observed, `scores`, `mass`,
// params.layer and params.capacity.
// uses: lib/constants, lib/step-state, lib/step-rows, lib/attention/observed, lib/attention/visible
// constants: KV_HEADS, GROUP, HEADS, BATCH_QUADS, SCORE_QUADS

// log2 of the sum of 2^score over all slots, per head as in the scores; NO_HEAD where there is none.
var<workgroup> log_sums : array<f32, 4u * SCORE_QUADS>;
const NO_HEAD = -LOWEST;

// The head of the group that is the i-th of the scores, GROUP or more = none.
fn scored_head(i : u32) -> u32 {
  let in_batch = i % (4u * BATCH_QUADS);
  return select(GROUP, i / (4u * BATCH_QUADS) * HEADS + in_batch, in_batch < HEADS);
}

fn scores_at(row : u32, kv_head : u32) -> u32 { return (row * KV_HEADS + kv_head) * SCORE_QUADS * params.capacity; }

// The shares of the heads `first`, first + 1, … of a batch, and nothing of what fills the vector up.
fn shares_of(exponents : vec4f, first : u32) -> f32 {
  var sum = exp2(exponents.x);
  if (first + 1u < HEADS) { sum += exp2(exponents.y); }
  if (first + 2u < HEADS) { sum += exp2(exponents.z); }
  if (first + 3u < HEADS) { sum += exp2(exponents.w); }
  return sum;
}

// Adds up what `log_sums` and the scores say of the pages worker, worker + workers, … with `threads` threads for each.
fn add_mass(row : u32, kv_head : u32, last : u32, worker : u32, workers : u32, thread : u32, threads : u32) {
  let sequence = row_sequence(row);
  let sight = row_sight(row, kv_head);
  let decay = row_decay(row);
  let first = scores_at(row, kv_head);
#for i in SCORE_QUADS
  let log_sum_$i = vec4f(log_sums[4u * $iu], log_sums[4u * $iu + 1u], log_sums[4u * $iu + 2u], log_sums[4u * $iu + 3u]);
#end
  for (var block = worker; block <= last / PAGE_SLOTS; block += workers) {
    let page = page_of(sequence, params.layer, block * PAGE_SLOTS);
    let masses = mass_at(page, kv_head, 0u);
    let end = min(PAGE_SLOTS, last + 1u - block * PAGE_SLOTS);
    for (var i = thread; i < end; i += threads) {
      let slot = block * PAGE_SLOTS + i;
      if (!row_sees(sight, slot, place_in(page, kv_head, slot))) { continue; }
      var shares = 0.0;
#for i in SCORE_QUADS
      shares += shares_of(scores[first + $iu * params.capacity + slot] - log_sum_$i, 4u * $iu % (4u * BATCH_QUADS));
#end
      mass[masses + i] = select(mass[masses + i], 0.0, slot == last) * decay + shares;
    }
  }
}

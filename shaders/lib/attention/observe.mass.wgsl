// attention/decode-flash notes down what eviction policies want to know. Every valid row is the only one of its sequence.
// The scores of observed rows are kept, as (score + noise) / tau where the sequence wants noise; the sums of such noisy
// scores go to attention/merge with the partials, or, with DIRECT, the shares of attention are added to the slots' mass.
// It needs lib/attention/add-mass and one of lib/attention/noise.*.
// uses: lib/constants, lib/step-state, lib/step-rows, lib/attention/observed, lib/attention/noise.*
// uses: lib/attention/add-mass
// constants: KV_HEADS, GROUP, DIRECT, HEADS, THREADS, BATCH_QUADS, SCORE_QUADS
@group(0) @binding(7) var<storage, read_write> scores : array<vec4f>;  // [rows, KV_HEADS, SCORE_QUADS, capacity], in log2 units
@group(0) @binding(8) var<storage, read_write> mass : array<f32>;      // [pages, KV_HEADS, 64]
const OBSERVES = true;

// What the thread notes of a slot, and of noisy scores the maximum and the sum of 2^(score - maximum) over its slots.
var<private> noted : array<f32, 4u * BATCH_QUADS>;
var<private> with_noise : bool;
var<private> noise : RowNoise;
var<private> noisy_max : array<f32, HEADS>;
var<private> noisy_weight : array<f32, HEADS>;

fn begin_notes(row : u32) {
  with_noise = NOISE && noisy(row_sequence(row));
  noise = row_noise(row);
#for g in HEADS
  noisy_max[$g] = LOWEST;
#end
}

// Notes the thread's own scores, those of a slot that no other thread notes.
fn note_scores(row : u32, kv_head : u32, first_head : u32, slot : u32, visible : bool) {
#for g in HEADS
  noted[$g] = own[$g];
#end
  if (NOISE && with_noise) { add_noise(kv_head, first_head, slot, visible); }
  let first = scores_at(row, kv_head) + first_head / HEADS * BATCH_QUADS * params.capacity + slot;
#for i in BATCH_QUADS
  scores[first + $iu * params.capacity] = vec4f(noted[4u * $iu], noted[4u * $iu + 1u], noted[4u * $iu + 2u], noted[4u * $iu + 3u]);
#end
}

// Turns what is noted of the slot into (score + noise) / tau. One draw is for four heads of the group.
fn add_noise(kv_head : u32, first_head : u32, slot : u32, visible : bool) {
  var words = vec4u(0u);
#for g in HEADS
  {
    let head = min(first_head + $gu, GROUP - 1u);
    if ($gu == 0u || head % 4u == 0u) { words = noise_words(noise, params.layer, kv_head, head / 4u, slot); }
    let score = select(LOWEST, (noted[$g] + noise_of(words[head & 3u])) * noise.cooling, visible);
    let share = exp2(-abs(score - noisy_max[$g]));
    noisy_weight[$g] = select(noisy_weight[$g] + select(0.0, share, visible), noisy_weight[$g] * share + 1.0, score > noisy_max[$g]);
    noisy_max[$g] = max(noisy_max[$g], score);
    noted[$g] = score;
  }
#end
}

// Once every slot of the split is noted.
fn observe(t : u32, row : u32, kv_head : u32, first_head : u32, split : u32) {
  let sequence = row_sequence(row);
  let last = row_slot(row, kv_head);
  if (!row_observed(row)) {
    if (DIRECT && t == 0u && method_word(sequence, METHOD_POLICY) != 0u) { mass[mass_at(page_of(sequence, params.layer, last), kv_head, last)] = 0.0; }
    return;
  }
  // Other threads have noted scores, and written the rest of `partials`.
  storageBarrier();
  if (NOISE && noisy(sequence)) { join_noisy(t); }
  if (!DIRECT) {
    if (NOISE && noisy(sequence)) {
      for (var g = t; g < min(HEADS, GROUP - first_head); g += THREADS) {
        let at = (((row * KV_HEADS + kv_head) * GROUP + first_head + g) * params.splits + split) * (QUADS + 1u) + QUADS;
        partials[at].z = head_max[g];
        partials[at].w = head_weight[g];
      }
    }
    return;
  }
  for (var i = t; i < 4u * SCORE_QUADS; i += THREADS) {
    let g = min(scored_head(i), HEADS - 1u);
    log_sums[i] = select(NO_HEAD, head_max[g] + log2(max(head_weight[g], 1.0e-30)), scored_head(i) < GROUP);
  }
  workgroupBarrier();
  add_mass(row, kv_head, last, t / LINE, THREADS / LINE, t % LINE, LINE);
}

// Threads that take a page's slots together.
const LINE = min(THREADS, PAGE_SLOTS);

// head_max and head_weight become those of the noisy scores of all threads.
fn join_noisy(t : u32) {
#for g in HEADS
  found[$gu * THREADS + t] = noisy_max[$g];
#end
  workgroupBarrier();
  for (var g = t; g < run_time(HEADS); g += THREADS) {
    var high = LOWEST;
    for (var i = 0u; i < run_time(THREADS); i++) { high = max(high, found[g * THREADS + i]); }
    head_max[g] = high;
  }
  workgroupBarrier();
#for g in HEADS
  found[$gu * THREADS + t] = noisy_weight[$g] * exp2(noisy_max[$g] - head_max[$g]);
#end
  workgroupBarrier();
  for (var g = t; g < run_time(HEADS); g += THREADS) {
    var total = 0.0;
    for (var i = 0u; i < run_time(THREADS); i++) { total += found[g * THREADS + i]; }
    head_weight[g] = total;
  }
  workgroupBarrier();
}

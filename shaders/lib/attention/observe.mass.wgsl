// attention/decode-flash notes down what eviction policies want to know. Every valid row is the only one of its sequence.
// The scores of observed rows are kept; at the end they become noisy where the sequence wants that, and their sums per
// split go to attention/merge, or, with DIRECT, the shares of attention are added to the slots' mass.
// It needs lib/attention/observed and one of lib/attention/noise.*.
@group(0) @binding(7) var<storage, read_write> scores : array<f32>;  // [rows, KV_HEADS * GROUP, capacity], in log2 units
@group(0) @binding(8) var<storage, read_write> mass : array<f32>;    // [pages, KV_HEADS, 64]
const OBSERVES = true;

fn note_score(head : u32, slot : u32, score : f32) { scores[head * params.capacity + slot] = score; }

fn observe(t : u32, row : u32, kv_head : u32, first_head : u32, split : u32) {
  let sequence = row_sequence(row);
  let last = sequence_length(sequence, params.layer, kv_head) + row_ordinal(row);
  if (!row_observed(row)) {
    if (DIRECT && t == 0u && method_word(sequence, METHOD_POLICY) != 0u) { mass[mass_at(page_of(sequence, params.layer, last), kv_head, last)] = 0.0; }
    return;
  }
  // Other threads have noted scores, and written the rest of `partials`.
  storageBarrier();
  if (NOISE && noisy(sequence)) { add_noise(t, row, kv_head, first_head, split, last); }
  else {
    for (var g = t; g < run_time(HEADS); g += THREADS) { head_max[g] += log2(max(head_weight[g], 1.0e-30)); }
    workgroupBarrier();
  }
  if (DIRECT) { add_mass(t, row, kv_head, last); }
}

// Adds to every visible slot the shares that the group's query heads give it: 2^(score - head_max).
fn add_mass(t : u32, row : u32, kv_head : u32, last : u32) {
  let sequence = row_sequence(row);
  let hidden = hides(sequence);
  let decay = row_decay(row);
  let first = (row * KV_HEADS + kv_head) * GROUP * params.capacity;
  for (var slot = t; slot <= last; slot += THREADS) {
    let page = page_of(sequence, params.layer, slot);
    if (hidden && !place_visible(sequence, row_place(row), position_at(page, kv_head, slot))) { continue; }
    var sum = 0.0;
#for g in HEADS
    sum += exp2(scores[first + $gu * params.capacity + slot] - head_max[$gu]);
#end
    let at = mass_at(page, kv_head, slot);
    mass[at] = select(mass[at], 0.0, slot == last) * decay + sum;
  }
}

// Turns the split's scores of the workgroup's heads into (score + noise) / tau, and finds their maxima and sums: the
// last two numbers of `partials`, or, with DIRECT, head_max becomes the log2 of the whole sum.
fn add_noise(t : u32, row : u32, kv_head : u32, first_head : u32, split : u32, last : u32) {
  let sequence = row_sequence(row);
  let hidden = hides(sequence);
  let cooling = noise_cooling(row);
  let first = (row * KV_HEADS + kv_head) * GROUP + first_head;
  let live = min(HEADS, GROUP - first_head);
  let pages = last / PAGE_SLOTS + 1u;
  let reach = select(0u, (pages - split + params.splits - 1u) / params.splits * PAGE_SLOTS, split < pages);
  for (var i = t; i < reach; i += THREADS) {
    let slot = (split + i / PAGE_SLOTS * params.splits) * PAGE_SLOTS + i % PAGE_SLOTS;
    if (slot > last) { continue; }
    let place = position_at(page_of(sequence, params.layer, slot), kv_head, slot);
    let visible = !hidden || place_visible(sequence, row_place(row), place);
    var words = vec4u(0u);
    for (var g = 0u; g < live; g++) {
      let head = first_head + g;
      if (g == 0u || head % 4u == 0u) { words = noise_words(row, params.layer, kv_head, head / 4u, place); }
      let at = (first + g) * params.capacity + slot;
      scores[at] = select(LOWEST, (scores[at] + noise_of(words[head & 3u])) * cooling, visible);
    }
  }
  for (var turn = 0u; turn < run_time(2u); turn++) {
    for (var g = 0u; g < live; g++) {
      var own = select(0.0, LOWEST, turn == 0u);
      for (var i = t; i < reach; i += THREADS) {
        let slot = (split + i / PAGE_SLOTS * params.splits) * PAGE_SLOTS + i % PAGE_SLOTS;
        if (slot > last) { continue; }
        let score = scores[(first + g) * params.capacity + slot];
        if (turn == 0u) { own = max(own, score); } else if (score > LOWEST) { own += exp2(score - head_max[g]); }
      }
      found[g * THREADS + t] = own;
    }
    workgroupBarrier();
    for (var g = t; g < live; g += THREADS) {
      var all = found[g * THREADS];
      for (var i = 1u; i < run_time(THREADS); i++) { all = select(all + found[g * THREADS + i], max(all, found[g * THREADS + i]), turn == 0u); }
      if (turn == 0u) { head_max[g] = all; }
      else if (DIRECT) { head_max[g] += log2(max(all, 1.0e-30)); }
      else {
        let at = ((first + g) * params.splits + split) * (QUADS + 1u) + QUADS;
        partials[at].z = head_max[g];
        partials[at].w = all;
      }
    }
    workgroupBarrier();
  }
}

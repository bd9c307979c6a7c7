// Reductions over the 256 threads of a workgroup, the same for every thread and in the same order in every run: 16 runs of 16, then the runs.
// The loops start at the thread, which keeps compilers from unrolling them: unrolled, the sampler takes half a minute to compile on lavapipe.
var<workgroup> row_sums : array<vec2f, 256>;
var<workgroup> row_bests : array<vec2u, 256>;

// The sum of all values.
fn row_sum(thread : u32, value : vec2f) -> vec2f {
  var sum = value;
  row_sums[thread] = sum;
  for (var span = 256u; span > 1u; span >>= 4u) {
    workgroupBarrier();
    let runs = span >> 4u;
    if (thread < runs) {
      for (var i = thread + runs; i < span; i += runs) { sum += row_sums[i]; }
      row_sums[thread] = sum;
    }
  }
  return workgroupUniformLoad(&row_sums[0]);
}

// Of two (key, id): the higher key, or the lower id of equal keys.
fn better(a : vec2u, b : vec2u) -> vec2u { return select(b, a, a.x > b.x || (a.x == b.x && a.y < b.y)); }

// The best (key, id) of all.
fn row_best(thread : u32, value : vec2u) -> vec2u {
  var best = value;
  row_bests[thread] = best;
  for (var span = 256u; span > 1u; span >>= 4u) {
    workgroupBarrier();
    let runs = span >> 4u;
    if (thread < runs) {
      for (var i = thread + runs; i < span; i += runs) { best = better(best, row_bests[i]); }
      row_bests[thread] = best;
    }
  }
  return workgroupUniformLoad(&row_bests[0]);
}

// Integers in the order of the numbers, and back. Both zeros have one key, as they are equal logits.
fn float_key(value : f32) -> u32 {
  let bits = bitcast<u32>(value);
  let signed = select(bits | 0x80000000u, ~bits, (bits >> 31u) != 0u);
  return select(signed, 0x80000000u, value == 0.0);
}
fn key_float(key : u32) -> f32 { return bitcast<f32>(select(~key, key & 0x7fffffffu, (key >> 31u) != 0u)); }

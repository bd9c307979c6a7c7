// Reductions over the 256 threads of a workgroup, the same for every thread and in the same order in every run.
var<workgroup> row_sums : array<vec2f, 256>;
var<workgroup> row_sum_all : vec2f;
var<workgroup> row_bests : array<vec2u, 256>;
var<workgroup> row_best_all : vec2u;

// The sum of all values: 16 sums of 16, then the sum of those.
fn row_sum(thread : u32, value : vec2f) -> vec2f {
  row_sums[thread] = value;
  workgroupBarrier();
  if (thread < 16u) {
    var sum = value;
    for (var i = 1u; i < 16u; i++) { sum += row_sums[i * 16u + thread]; }
    row_sums[thread] = sum;
  }
  workgroupBarrier();
  if (thread == 0u) {
    var sum = row_sums[0];
    for (var i = 1u; i < 16u; i++) { sum += row_sums[i]; }
    row_sum_all = sum;
  }
  return workgroupUniformLoad(&row_sum_all);
}

// Of two (key, id): the higher key, or the lower id of equal keys.
fn better(a : vec2u, b : vec2u) -> vec2u { return select(b, a, a.x > b.x || (a.x == b.x && a.y < b.y)); }

// The best (key, id) of all.
fn row_best(thread : u32, value : vec2u) -> vec2u {
  row_bests[thread] = value;
  workgroupBarrier();
  if (thread < 16u) {
    var best = value;
    for (var i = 1u; i < 16u; i++) { best = better(best, row_bests[i * 16u + thread]); }
    row_bests[thread] = best;
  }
  workgroupBarrier();
  if (thread == 0u) {
    var best = row_bests[0];
    for (var i = 1u; i < 16u; i++) { best = better(best, row_bests[i]); }
    row_best_all = best;
  }
  return workgroupUniformLoad(&row_best_all);
}

// Integers in the order of the numbers, and back. Both zeros have one key, as they are equal logits.
fn float_key(value : f32) -> u32 {
  let bits = bitcast<u32>(value);
  let signed = select(bits | 0x80000000u, ~bits, (bits >> 31u) != 0u);
  return select(signed, 0x80000000u, value == 0.0);
}
fn key_float(key : u32) -> f32 { return bitcast<f32>(select(~key, key & 0x7fffffffu, (key >> 31u) != 0u)); }

// The k best of `count` items in one workgroup: exact radix select, 8 bits at a time, over u32 keys in the order of the numbers.
// Of equal keys the lowest orders win, so that the choice is the same in every run.
// The includer supplies: const SELECT_THREADS, the threads of its workgroup; fn key_of(item : u32) -> u32, NO_ITEM where
// there is none; fn order_of(item : u32) -> u32, different for items of one key, as a position is.
const NO_ITEM = 0u;

// What is chosen: keys above `key`, and of those with this key the orders up to `order`.
struct Threshold { key : u32, order : u32 }
fn within(threshold : Threshold, key : u32, order : u32) -> bool {
  return key > threshold.key || (key == threshold.key && order <= threshold.order);
}

// Larger keys for larger numbers, -0 below +0; what is no number comes last. Never NO_ITEM, and never above TOP_SCORE_KEY.
const TOP_SCORE_KEY = 0xff800000u;
fn sort_key(value : f32) -> u32 {
  let bits = bitcast<u32>(value);
  if ((bits & 0x7fffffffu) > 0x7f800000u) { return 1u; }
  return select(bits | 0x80000000u, ~bits, (bits >> 31u) != 0u);
}

var<workgroup> radix_counts : array<atomic<u32>, 256>;
var<workgroup> radix_runs : array<u32, 16>;
var<workgroup> radix_found : vec3u;                                   // the bucket, how many to take of it, how many are in it

// The threshold that exactly the `k` best items are within, or all if there are fewer. k >= 1; `count` and `k` are uniform, and
// what the includer's functions read has been made visible by a barrier.
fn select_top(thread : u32, count : u32, k : u32) -> Threshold {
  var key = 0u;
  var digits = 0u;                                                    // of the key, then of the complement of the order, from the top
  var left = k;
  let passes = select(0u, 8u, k > 0u);                                // not known in advance: unrolled, it would compile for long
  for (var pass_index = 0u; pass_index < passes; pass_index++) {
    let of_order = pass_index >= 4u;
    if (pass_index == 4u) {
      key = digits;
      digits = 0u;
    }
    let shift = 24u - 8u * (pass_index & 3u);
    let known = ~(0xffffffffu >> (8u * (pass_index & 3u)));
    for (var bucket = thread; bucket < 256u; bucket += SELECT_THREADS) { atomicStore(&radix_counts[bucket], 0u); }
    if (thread == 0u) { radix_found = vec3u(0u); }
    workgroupBarrier();
    for (var item = thread; item < count; item += SELECT_THREADS) {
      let item_key = key_of(item);
      if (item_key == NO_ITEM || (of_order && item_key != key)) { continue; }
      var word = item_key;
      if (of_order) { word = ~order_of(item); }
      if ((word & known) == digits) { atomicAdd(&radix_counts[(word >> shift) & 255u], 1u); }
    }
    workgroupBarrier();
    for (var run = thread; run < 16u; run += SELECT_THREADS) {
      var sum = 0u;
      for (var i = run * 16u; i < run * 16u + 16u; i++) { sum += atomicLoad(&radix_counts[i]); }
      radix_runs[run] = sum;
    }
    workgroupBarrier();
    for (var bucket = thread; bucket < 256u; bucket += SELECT_THREADS) {
      let own = atomicLoad(&radix_counts[bucket]);
      var above = 0u;
      for (var run = bucket / 16u + 1u; run < 16u; run++) { above += radix_runs[run]; }
      for (var other = bucket + 1u; other < (bucket | 15u) + 1u; other++) { above += atomicLoad(&radix_counts[other]); }
      if (above < left && left <= above + own) { radix_found = vec3u(bucket, left - above, own); }
    }
    let found = workgroupUniformLoad(&radix_found);
    if (found.z == 0u) { return Threshold(1u, 0xffffffffu); }
    digits |= found.x << shift;
    left = found.y;
    // All that share these digits are taken: the digits that follow need not be looked at.
    if (found.z == left) {
      if (of_order) { return Threshold(key, ~digits); }
      return Threshold(max(digits, 1u), 0xffffffffu);
    }
  }
  return Threshold(key, ~digits);
}

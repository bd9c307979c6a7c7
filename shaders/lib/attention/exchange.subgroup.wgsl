enable subgroups;
diagnostic(off, subgroup_uniformity);
// LANES neighbouring threads exchange what they found about SLOTS slots by subgroup shuffles: no memory, no barrier. A
// subgroup holds at least LANES threads, in the order of their index.
// constants: HEADS, THREADS, LANES, SLOTS
const EXCHANGE_QUADS = 0u;
fn meet() {}
fn put_partials(head : u32, half : u32, t : u32, quad : vec4f) {}
fn put_score(head : u32, t : u32, score : f32) {}

// The LANES partial sums of the thread's own slot, slot t % SLOTS, added up: each step halves what a thread still holds.
fn add_halves(head : u32, t : u32, low : vec4f, high : vec4f) {
  var quad = low;
  var other = high;
  for (var step = SLOTS; step < LANES; step *= 2u) {
    quad += subgroupShuffleXor(quad, step);
    if (SLOTS == 8u) { other += subgroupShuffleXor(other, step); }
  }
  if (SLOTS == 8u) {
    let upper = (t & 4u) != 0u;
    quad = select(quad, other, upper) + subgroupShuffleXor(select(other, quad, upper), 4u);
  }
  let right = (t & 2u) != 0u;
  let pair = select(quad.xy, quad.zw, right) + subgroupShuffleXor(select(quad.zw, quad.xy, right), 2u);
  let odd = (t & 1u) != 0u;
  own[head] = select(pair.x, pair.y, odd) + subgroupShuffleXor(select(pair.y, pair.x, odd), 1u);
}

fn add_partials(t : u32) {}

// The largest score of the SLOTS slots, for every head.
fn find_slots_max(t : u32) {
#for g in HEADS
  slots_max[$g] = own[$g];
#end
  for (var step = 1u; step < SLOTS; step *= 2u) {
#for g in HEADS
    slots_max[$g] = max(slots_max[$g], subgroupShuffleXor(slots_max[$g], step));
#end
  }
}

// The weights of slots 4 half … 4 half + 3; every thread brings the weight of its own slot.
fn slot_weights(head : u32, half : u32, t : u32, lane : u32, weight : f32, high : f32) -> vec4f {
  let first = (lane & ~(SLOTS - 1u)) + half * 4u;
  return vec4f(subgroupShuffle(weight, first), subgroupShuffle(weight, first + 1u), subgroupShuffle(weight, first + 2u), subgroupShuffle(weight, first + 3u));
}

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group : vec3u, @builtin(local_invocation_index) t : u32, @builtin(subgroup_invocation_id) lane : u32) {
  attend(group, t, lane);
}

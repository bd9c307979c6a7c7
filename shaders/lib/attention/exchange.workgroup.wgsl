// LANES neighbouring threads exchange what they found about SLOTS slots through workgroup memory, two barriers a round:
// first the partial sums of all heads, then the scores.
// uses: lib/constants
// constants: HEADS, THREADS, LANES, SLOTS, SLOT_QUADS
const EXCHANGE_QUADS = HEADS * SLOT_QUADS * THREADS;
fn meet() { workgroupBarrier(); }
fn put_partials(head : u32, half : u32, t : u32, quad : vec4f) { scratch[(head * SLOT_QUADS + half) * THREADS + t] = quad; }
fn put_score(head : u32, t : u32, score : f32) { found[head * THREADS + t] = score; }
fn add_halves(head : u32, t : u32, low : vec4f, high : vec4f) {}

// The LANES partial sums of the thread's own slot, slot t % SLOTS, added up for every head. Threads begin at different
// lanes, so that they read from different banks.
fn add_partials(t : u32) {
  let slot = t & (SLOTS - 1u);
  let first = (slot >> 2u) * THREADS + (t & ~(LANES - 1u));
#for g in HEADS
  own[$g] = 0.0;
#end
  for (var i = 0u; i < run_time(LANES); i++) {
    let at = first + ((i + (t >> 2u)) & (LANES - 1u));
#for g in HEADS
    own[$g] += scratch[at + $gu * SLOT_QUADS * THREADS][slot & 3u];
#end
  }
}

// The largest score of the SLOTS slots, for every head.
fn find_slots_max(t : u32) {
  let first = t & ~(SLOTS - 1u);
#for g in HEADS
  slots_max[$g] = LOWEST;
#end
  for (var slot = 0u; slot < run_time(SLOTS); slot++) {
#for g in HEADS
    slots_max[$g] = max(slots_max[$g], found[$gu * THREADS + first + slot]);
#end
  }
}

// The weights of slots 4 half … 4 half + 3, made from their scores.
fn slot_weights(head : u32, half : u32, t : u32, lane : u32, weight : f32, high : f32) -> vec4f {
  let first = head * THREADS + (t & ~(SLOTS - 1u)) + half * 4u;
  let scores = vec4f(found[first], found[first + 1u], found[first + 2u], found[first + 3u]);
  return select(vec4f(0.0), exp2(scores - high), scores > vec4f(LOWEST));
}

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group : vec3u, @builtin(local_invocation_index) t : u32) { attend(group, t, t); }

// Rank positions: after a cut the places of what stayed are closed up, and the keys turned back with them, so that the
// places of n slots are 0 ... n - 1 again. For policies that keep the places below METHOD_SINKS and the newest in a row:
// then there is one gap, behind the sinks, and it is as long as the newest place is too high for the number of slots.
// A workgroup per (KV head, sequence) of the policy. METHOD_CLOSED counts in layer 0 by how much places fell in all.
// uses: lib/step-state, lib/kv.*, lib/cache-layout, lib/rope, lib/load-pair.*, lib/store-pair.*
// constants: ROPE_PAIRS
struct Params { layer : u32, policy : u32, sequences : u32, turns_at : u32 }
@group(0) @binding(0) var<uniform> params : Params;
@group(0) @binding(1) var<storage, read_write> state : array<u32>;    // [step state]
@group(0) @binding(2) var<storage, read_write> cache : array<u32>;    // [pages of the layer]
@group(0) @binding(3) var<storage, read> vectors : array<vec4f>;      // [turns from turns_at on], lib/rope

const THREADS = 256u;
var<workgroup> length : u32;                                          // 0 where there is nothing to do
var<workgroup> newest : atomic<u32>;
var<workgroup> gap : u32;

fn place_word(sequence : u32, kv_head : u32, slot : u32) -> u32 { return position_word(page_of(sequence, params.layer, slot), kv_head, slot); }

// Rotates a pair from its place to one `gap` places earlier. The table may hold a magnitude (YaRN), which keys have already.
fn turn_back(pair : vec2f, index : u32, places : u32) -> vec2f {
  let low = turn_entry(params.turns_at, (places & (TURN_SPAN - 1u)) * ROPE_PAIRS + index);
  let high = turn_entry(params.turns_at, (TURN_SPAN + (places >> TURN_SHIFT)) * ROPE_PAIRS + index);
  let turn = normalize(complex_product(low, high));
  return complex_product(pair, vec2f(turn.x, -turn.y));
}

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group : vec3u, @builtin(local_invocation_index) thread : u32) {
  let kv_head = group.x;
  let sequence = group.y;
  if (thread == 0u) {
    let concerned = method_word(sequence, METHOD_POLICY) == params.policy && method_word(sequence, METHOD_RANK) == 1u;
    length = select(0u, sequence_length(sequence, params.layer, kv_head), concerned);
  }
  let slots = workgroupUniformLoad(&length);
  if (slots == 0u) { return; }
  var last = 0u;
  for (var slot = thread; slot < slots; slot += THREADS) { last = max(last, cache[place_word(sequence, kv_head, slot)]); }
  atomicMax(&newest, last);
  workgroupBarrier();
  if (thread == 0u) { gap = max(atomicLoad(&newest) + 1u, slots) - slots; }
  let closed = workgroupUniformLoad(&gap);
  if (closed == 0u) { return; }

  let sinks = method_word(sequence, METHOD_SINKS);
  for (var i = thread; i < slots * ROPE_PAIRS; i += THREADS) {
    let slot = i / ROPE_PAIRS;
    if (cache[place_word(sequence, kv_head, slot)] < sinks) { continue; }
    let word = key_word(page_of(sequence, params.layer, slot), kv_head, slot) + i % ROPE_PAIRS * PAIR_WORDS;
    store_pair(word, turn_back(load_pair(word), i % ROPE_PAIRS, closed));
  }
  storageBarrier();
  for (var slot = thread; slot < slots; slot += THREADS) {
    let word = place_word(sequence, kv_head, slot);
    if (cache[word] >= sinks) { cache[word] -= closed; }
  }
  if (thread == 0u && kv_head == 0u && params.layer == 0u) { state[method_at(sequence, METHOD_CLOSED)] += closed; }
}

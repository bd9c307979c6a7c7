// Queries and keys with a norm of their own: linear/qkv leaves all three unturned, and here the RMSNorm of queries and keys is
// taken, over a head or with WHOLE over all heads of the row; they are turned, before the norm's weights are applied with AFTER; and
// keys and values are appended to the cache (lib/append.cache) or left for cache/quantize-append (lib/append.staging).
// What cannot be held is noted in `faults` (lib/held). One workgroup per (head of [Q | K | V], row).
// uses: lib/step-rows, lib/kv.*, lib/append.*, lib/held, lib/rope
// constants: Q_HEADS, KV_HEADS, HEAD_DIM, WHOLE, AFTER, THREADS
struct Params { epsilon : f32, layer : u32, rows : u32, query_gain_at : u32, key_gain_at : u32, turns_at : u32 }
@group(0) @binding(0) var<uniform> params : Params;
@group(0) @binding(1) var<storage, read> state : array<u32>;          // [step state]
@group(0) @binding(2) var<storage, read> vectors : array<vec4f>;      // gains, [HEAD_DIM] or with WHOLE [heads * HEAD_DIM]; turns (lib/rope)
@group(0) @binding(3) var<storage, read> raw_query : array<vec2f>;    // [rows, Q_HEADS * HEAD_DIM / 2]
@group(0) @binding(4) var<storage, read> raw_pairs : array<vec2f>;    // [rows][keys, values][KV_HEADS * HEAD_DIM / 2]
@group(0) @binding(5) var<storage, read_write> query : array<vec2f>;  // [rows, Q_HEADS * HEAD_DIM / 2]
@group(0) @binding(6) var<storage, read_write> cache : array<u32>;    // lib/cache-layout; staging with lib/append.staging
@group(0) @binding(7) var<storage, read_write> faults : array<atomic<u32>>; // lib/faults

const PAIRS = HEAD_DIM / 2u;

var<workgroup> squares : array<f32, THREADS>;

// 1 / rms of the pairs [first, first + count) of queries or keys.
fn norm_factor(t : u32, of_query : bool, first : u32, count : u32) -> f32 {
  var sum = 0.0;
  for (var i = t; i < count; i += THREADS) {
    var pair : vec2f;
    if (of_query) { pair = raw_query[first + i]; } else { pair = raw_pairs[first + i]; }
    sum += dot(pair, pair);
  }
  squares[t] = sum;
  workgroupBarrier();
  var total = 0.0;
  for (var i = 0u; i < THREADS; i++) { total += squares[i]; }
  return inverseSqrt(total / f32(2u * count) + params.epsilon);
}

fn gain_pair(gain_at : u32, pair : u32) -> vec2f {
  let quad = vectors[gain_at + pair / 2u];
  return select(quad.xy, quad.zw, (pair & 1u) == 1u);
}

fn normed(raw : vec2f, factor : f32, gain : vec2f, pair : u32, place : u32) -> vec2f {
  if (AFTER) { return rotate(raw, 2u * pair, place, params.turns_at) * factor * gain; }
  return rotate(raw * factor * gain, 2u * pair, place, params.turns_at);
}

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group : vec3u, @builtin(local_invocation_index) t : u32) {
  let row = group.y;
  if (!row_valid(row)) { return; }
  let place = row_place(row);
  if (group.x < Q_HEADS) {
    let head = group.x;
    let first = row * Q_HEADS * PAIRS;
    let begin = first + head * PAIRS;
    let factor = norm_factor(t, true, select(begin, first, WHOLE), select(PAIRS, Q_HEADS * PAIRS, WHOLE));
    for (var i = t; i < PAIRS; i += THREADS) {
      let gain = gain_pair(params.query_gain_at, select(i, head * PAIRS + i, WHOLE));
      let pair = normed(raw_query[begin + i], factor, gain, i, place) * query_factor(params.layer, head / (Q_HEADS / KV_HEADS));
      query[begin + i] = held(row, pair, FINITE_BITS);
    }
  } else if (group.x < Q_HEADS + KV_HEADS) {
    let head = group.x - Q_HEADS;
    let first = 2u * row * KV_HEADS * PAIRS;
    let begin = first + head * PAIRS;
    let factor = norm_factor(t, false, select(begin, first, WHOLE), select(PAIRS, KV_HEADS * PAIRS, WHOLE));
    for (var i = t; i < PAIRS; i += THREADS) {
      let gain = gain_pair(params.key_gain_at, select(i, head * PAIRS + i, WHOLE));
      let pair = normed(raw_pairs[begin + i], factor, gain, i, place) * key_factor(params.layer, head);
      append_pair(row, true, head, 2u * i, held(row, pair, LARGEST_BITS));
    }
  } else {
    let head = group.x - Q_HEADS - KV_HEADS;
    let begin = ((2u * row + 1u) * KV_HEADS + head) * PAIRS;
    for (var i = t; i < PAIRS; i += THREADS) {
      append_pair(row, false, head, 2u * i, held(row, raw_pairs[begin + i] * value_factor(params.layer, head), LARGEST_BITS));
    }
  }
}

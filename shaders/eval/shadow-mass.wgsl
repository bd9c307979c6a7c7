// How much of the attention over all tokens so far falls on what row 0 has read: exp(lse - lse of all), summed over steps.
// One workgroup per query head; a thread takes every THREADS-th token.
// uses: lib/constants, lib/step-rows, lib/attention/soft-cap
// constants: GROUP, HEAD_DIM
struct Params { scale : f32, layer : u32, capacity : u32, at : u32 }
@group(0) @binding(0) var<uniform> params : Params;
@group(0) @binding(1) var<storage, read> state : array<u32>;          // [step state]
@group(0) @binding(2) var<storage, read> query : array<vec4f>;        // [rows, KV_HEADS * GROUP, QUADS], rotated
@group(0) @binding(3) var<storage, read> keys : array<vec4f>;         // [KV_HEADS, capacity, QUADS]
@group(0) @binding(4) var<storage, read> lse : array<f32>;            // [rows, KV_HEADS * GROUP]
@group(0) @binding(5) var<storage, read_write> mass : array<f32>;     // [layers, KV_HEADS * GROUP] from `at`

const QUADS = HEAD_DIM / 4u;
const THREADS = 128u;

var<workgroup> maxima : array<f32, THREADS>;
var<workgroup> sums : array<f32, THREADS>;

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group : vec3u, @builtin(local_invocation_index) t : u32) {
  let head = group.x;
  if (!row_valid(0u)) { return; }
  let tokens = min(row_position(0u) + 1u, params.capacity);
  let first = head / GROUP * params.capacity * QUADS;
  var high = LOWEST;
  var sum = 0.0;
  for (var token = t; token < tokens; token += THREADS) {
    var score = 0.0;
    for (var quad = 0u; quad < QUADS; quad++) { score += dot(query[head * QUADS + quad], keys[first + token * QUADS + quad]); }
    score = soft_capped(score * params.scale, 1.0);
    let higher = max(high, score);
    sum = sum * exp(high - higher) + exp(score - higher);
    high = higher;
  }
  maxima[t] = high;
  sums[t] = sum;
  workgroupBarrier();
  if (t > 0u) { return; }
  for (var i = 0u; i < min(THREADS, tokens); i++) { high = max(high, maxima[i]); }
  sum = 0.0;
  for (var i = 0u; i < min(THREADS, tokens); i++) { sum += sums[i] * exp(maxima[i] - high); }
  mass[params.at + head] += exp(lse[head] - (high + log(sum)));
}

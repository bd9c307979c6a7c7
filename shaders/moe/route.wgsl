// Which experts a row goes to, and what each of them weighs: the USED largest of EXPERTS gates, softmax or with SIGMOID sigmoids of
// the router's products; with BIASED a bias decides who is chosen, not what they weigh. RENORM makes the chosen weights add up to 1.
// Equal gates: the lower expert. One workgroup per row.
// uses: lib/constants
// constants: EXPERTS, USED, SIGMOID, BIASED, RENORM
struct Params { rows : u32, bias_at : u32, factor : f32 }
@group(0) @binding(0) var<uniform> params : Params;
@group(0) @binding(1) var<storage, read> products : array<f32>;         // [rows, EXPERTS]
@group(0) @binding(2) var<storage, read> vectors : array<vec4f>;        // the bias [EXPERTS] at bias_at
@group(0) @binding(3) var<storage, read_write> routes : array<vec2u>;   // [rows, USED]: the expert, the bits of its weight

const THREADS = 64u;

var<workgroup> gates : array<f32, EXPERTS>;
var<workgroup> ranks : array<f32, EXPERTS>;
var<workgroup> found : array<vec2f, THREADS>;                           // the highest rank of a thread's experts, and whose it is
var<workgroup> chosen : array<vec2f, USED>;                             // the expert, its gate

// A bound that is not known in advance, against compilers that unroll every loop of known length.
fn run_time(bound : u32) -> u32 { return select(0u, bound, params.rows > 0u); }

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group : vec3u, @builtin(local_invocation_index) t : u32) {
  let row = group.x;
  var high = LOWEST;
  for (var e = 0u; e < run_time(EXPERTS); e++) { high = max(high, products[row * EXPERTS + e]); }
  var sum = 0.0;
  for (var e = 0u; e < run_time(EXPERTS); e++) { sum += exp(products[row * EXPERTS + e] - high); }
  for (var e = t; e < EXPERTS; e += THREADS) {
    let product = products[row * EXPERTS + e];
    var gate = exp(product - high) / sum;
    if (SIGMOID) { gate = 1.0 / (1.0 + exp(-max(product, -80.0))); }
    gates[e] = gate;
    ranks[e] = gate;
    if (BIASED) { ranks[e] = gate + vectors[params.bias_at + e / 4u][e & 3u]; }
  }
  for (var i = 0u; i < run_time(USED); i++) {
    var best = vec2f(LOWEST, 0.0);
    for (var e = t; e < EXPERTS; e += THREADS) { if (ranks[e] > best.x) { best = vec2f(ranks[e], f32(e)); } }
    found[t] = best;
    workgroupBarrier();
    if (t == 0u) {
      for (var other = 1u; other < run_time(THREADS); other++) {
        let candidate = found[other];
        if (candidate.x > best.x || (candidate.x == best.x && candidate.y < best.y)) { best = candidate; }
      }
      let expert = u32(best.y);
      chosen[i] = vec2f(best.y, gates[expert]);
      ranks[expert] = LOWEST;
    }
    workgroupBarrier();
  }
  if (t > 0u) { return; }
  var total = 0.0;
  for (var i = 0u; i < run_time(USED); i++) { total += chosen[i].y; }
  // The least that llama.cpp divides by: the smallest normal number of f16.
  let share = params.factor * select(1.0, 1.0 / max(total, 6.103515625e-5), RENORM);
  for (var i = 0u; i < run_time(USED); i++) { routes[row * USED + i] = vec2u(u32(chosen[i].x), bitcast<u32>(chosen[i].y * share)); }
}

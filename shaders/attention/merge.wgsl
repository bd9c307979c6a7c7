// Joins the splits of attention/decode-flash: the partial sums of a (row, query head), each under its own maximum
// (in log2 units), become one average and the log-sum-exp of the scaled scores. One workgroup of THREADS threads per
// (query head, row): its threads weigh the splits, then each owns quads of the head dimension and every SUBSETS-th split. The
// workgroups after those note down what eviction policies want to know (lib/attention/merge-observe).
// uses: lib/constants, lib/step-rows, lib/attention/merge-observe.*
// constants: Q_HEADS, HEAD_DIM, THREADS
struct Params { splits : u32, rows : u32, layer : u32, kind : u32, capacity : u32, observers : u32 }
@group(0) @binding(0) var<uniform> params : Params;
@group(0) @binding(1) var<storage, read> state : array<u32>;           // [step state]
@group(0) @binding(2) var<storage, read> partials : array<vec4f>;      // [rows, Q_HEADS, splits, QUADS + 1]: sums, then (max, weight, 0, 0)
@group(0) @binding(3) var<storage, read_write> output : array<vec4f>;  // [rows, Q_HEADS, QUADS]
@group(0) @binding(4) var<storage, read_write> lse : array<f32>;       // [rows, Q_HEADS]

const QUADS = HEAD_DIM / 4u;
const ACROSS = min(QUADS, THREADS);  // threads of neighbouring quads
const SUBSETS = THREADS / ACROSS;

// Of every split; merge-observe keeps what it finds of heads in the first two.
var<workgroup> maxima : array<f32, MAX_SPLITS>;
var<workgroup> totals : array<f32, MAX_SPLITS>;
var<workgroup> shares : array<f32, MAX_SPLITS>;  // exp2 of each split's maximum below the common one
var<workgroup> sums : array<vec4f, THREADS>;

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group : vec3u, @builtin(local_invocation_index) t : u32) {
  let row = group.y;
  if (!row_attends(row, params.kind)) { return; }
  if (OBSERVES && group.x >= Q_HEADS) {
    observe(group.x - Q_HEADS, t, row);
    return;
  }
  let head = row * Q_HEADS + group.x;
  let start = head * params.splits * (QUADS + 1u);
  for (var s = t; s < params.splits; s += THREADS) {
    let ends = partials[start + s * (QUADS + 1u) + QUADS];
    maxima[s] = ends.x;
    totals[s] = ends.y;
  }
  workgroupBarrier();
  var high = LOWEST;
  for (var s = 0u; s < params.splits; s++) { high = max(high, maxima[s]); }
  for (var s = t; s < params.splits; s += THREADS) { shares[s] = select(exp2(maxima[s] - high), 0.0, totals[s] <= 0.0); }
  workgroupBarrier();
  var total = 0.0;
  for (var s = 0u; s < params.splits; s++) { total += shares[s] * totals[s]; }
  if (t == 0u) { lse[head] = select(LOWEST, (high + log2(total)) * LN_2, total > 0.0); }

  let subset = t / ACROSS;
  for (var first = 0u; first < QUADS; first += ACROSS) {
    let quad = first + t % ACROSS;
    var sum = vec4f(0.0);
    if (subset < SUBSETS && quad < QUADS) {
      for (var s = subset; s < params.splits; s += SUBSETS) {
        if (shares[s] != 0.0) { sum += shares[s] * partials[start + s * (QUADS + 1u) + quad]; }
      }
    }
    if (SUBSETS > 1u) {  // then the loop has one turn
      sums[t] = sum;
      workgroupBarrier();
    }
    if (subset == 0u && quad < QUADS) {
      for (var other = 1u; other < SUBSETS; other++) { sum += sums[other * ACROSS + t]; }
      output[head * QUADS + quad] = select(sum / max(total, 1.0e-30), vec4f(0.0), total <= 0.0);
    }
  }
}

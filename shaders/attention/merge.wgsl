// Joins the splits of attention/decode-flash: the partial sums of a (row, query head), each under its own maximum
// (in log2 units), become one average and the log-sum-exp of the scaled scores. One workgroup of 64 threads per
// (query head, row): a thread weighs one split, then owns one quad of the head dimension and every SUBSETS-th split.
struct Params { splits : u32, rows : u32, layer : u32, kind : u32 }
@group(0) @binding(0) var<uniform> params : Params;
@group(0) @binding(1) var<storage, read> state : array<u32>;           // [step state]
@group(0) @binding(2) var<storage, read> partials : array<vec4f>;      // [rows, Q_HEADS, splits, QUADS + 1]: sums, then (max, weight, 0, 0)
@group(0) @binding(3) var<storage, read_write> output : array<vec4f>;  // [rows, Q_HEADS, QUADS]
@group(0) @binding(4) var<storage, read_write> lse : array<f32>;       // [rows, Q_HEADS]

const QUADS = HEAD_DIM / 4u;
const THREADS = 64u;
const SUBSETS = THREADS / QUADS;
const LOWEST = -3.0e38;
const LN_2 = 0.6931471805599453;

var<workgroup> maxima : array<f32, THREADS>;
var<workgroup> shares : array<f32, THREADS>;  // exp2 of each split's maximum below the common one
var<workgroup> totals : array<f32, THREADS>;
var<workgroup> sums : array<vec4f, THREADS>;

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group : vec3u, @builtin(local_invocation_index) t : u32) {
  let row = group.y;
  if (!row_attends(row, params.layer, params.kind)) { return; }
  let head = row * Q_HEADS + group.x;
  let start = head * params.splits * (QUADS + 1u);
  var mine = vec4f(LOWEST, 0.0, 0.0, 0.0);
  if (t < params.splits) { mine = partials[start + t * (QUADS + 1u) + QUADS]; }
  maxima[t] = mine.x;
  workgroupBarrier();
  var high = LOWEST;
  for (var s = 0u; s < params.splits; s++) { high = max(high, maxima[s]); }
  let share = select(0.0, exp2(mine.x - high), mine.y > 0.0);
  shares[t] = share;
  totals[t] = share * mine.y;
  workgroupBarrier();

  let quad = t % QUADS;
  var sum = vec4f(0.0);
  if (t / QUADS < SUBSETS) {
    for (var s = t / QUADS; s < params.splits; s += SUBSETS) {
      if (shares[s] > 0.0) { sum += shares[s] * partials[start + s * (QUADS + 1u) + quad]; }
    }
  }
  sums[t] = sum;
  workgroupBarrier();
  if (t >= QUADS) { return; }
  var total = 0.0;
  for (var s = 0u; s < params.splits; s++) { total += totals[s]; }
  for (var subset = 1u; subset < SUBSETS; subset++) { sum += sums[subset * QUADS + t]; }
  output[head * QUADS + t] = select(vec4f(0.0), sum / max(total, 1.0e-30), total > 0.0);
  if (t == 0u) { lse[head] = select(LOWEST, (high + log2(total)) * LN_2, total > 0.0); }
}

// Draws the next token of every logit row and notes it in `outputs` (word 0; decoding/advance writes word 1) and in `counts`.
// A workgroup per logit row; a sequence has at most one logit row in a step that samples.
// Temperature 0 takes the highest logit. Otherwise Gumbel-max: the survivor with the highest logit / T + noise(id) is an exact draw from
// the truncated, renormalised distribution. In the order (logit down, id up) top-k, top-p and min-p each keep a prefix: a `Cut`.
// 16 threads read a block of 64 ids; a block whose maximum is below the bound in force is never read.
struct Params { rows : u32 }
@group(0) @binding(0) var<uniform> params : Params;
@group(0) @binding(1) var<storage, read> state : array<u32>;          // lib/step-state
@group(0) @binding(2) var<storage, read> logits : array<f32>;         // [rows, VOCAB], penalised
@group(0) @binding(3) var<storage, read> block_max : array<f32>;      // [rows, ID_BLOCKS]
@group(0) @binding(4) var<storage, read_write> counts : array<u32>;   // [sequences, VOCAB], as lib/penalties
@group(0) @binding(5) var<storage, read_write> outputs : array<u32>;  // [RING, MAX_LOGIT_ROWS, 2]

const STREAM_SAMPLE = 0u;
const ALL = 0xffffffffu;
const ID_BLOCKS = (VOCAB + 63u) / 64u;
const OWN_BLOCKS = (ID_BLOCKS + 255u) / 256u;
const LIVE_CAPACITY = min(ID_BLOCKS, 2048u);

// What is kept: keys above `key`, and of those equal to it the ids up to `last`.
struct Cut { key : u32, last : u32 }
// A cut, the number of ids it keeps, and their mass: the sum of exp((logit - top) / T).
struct Prefix { cut : Cut, measure : vec2f }
// The row's highest logit and 1 / T.
struct Scale { row : u32, top : f32, inverse : f32 }

var<workgroup> live : array<u32, LIVE_CAPACITY>;
var<workgroup> live_count : u32;
var<workgroup> live_starts : array<u32, 256>;
var<workgroup> live_runs : array<u32, 16>;

fn block_key(row : u32, block : u32) -> u32 { return float_key(block_max[row * ID_BLOCKS + block]); }
fn kept(cut : Cut, key : u32, id : u32) -> bool { return key > cut.key || (key == cut.key && id <= cut.last); }

// Lists the blocks that have ids at or above `bound`, in order. Should they be too many for the list, every block counts as live.
fn list_live(thread : u32, row : u32, bound : u32) {
  let first = thread * OWN_BLOCKS;
  let end = min(first + OWN_BLOCKS, ID_BLOCKS);
  var own = 0u;
  for (var block = first; block < end; block++) { own += select(0u, 1u, block_key(row, block) >= bound); }
  live_starts[thread] = own;
  workgroupBarrier();
  if (thread < 16u) {
    var run = 0u;
    for (var i = thread * 16u; i < thread * 16u + 16u; i++) {
      let count = live_starts[i];
      live_starts[i] = run;
      run += count;
    }
    live_runs[thread] = run;
  }
  workgroupBarrier();
  var at = live_starts[thread];
  for (var i = 0u; i < (thread >> 4u); i++) { at += live_runs[i]; }
  for (var block = first; block < end; block++) {
    if (block_key(row, block) >= bound) {
      if (at < LIVE_CAPACITY) { live[at] = block; }
      at++;
    }
  }
  if (thread == 255u) { live_count = select(at, ID_BLOCKS, at > LIVE_CAPACITY); }
  workgroupBarrier();
}
fn live_block(index : u32) -> u32 {
  if (live_count > LIVE_CAPACITY) { return index; }
  return live[index];
}

// Number and mass of the kept ids at or above `bound`.
fn measure(thread : u32, scale : Scale, cut : Cut, bound : u32) -> vec2f {
  var sum = vec2f();
  for (var i = thread >> 4u; i < live_count; i += 16u) {
    let block = live_block(i);
    if (block_key(scale.row, block) < bound) { continue; }
    #for e in 4
    {
      let id = block * 64u + $eu * 16u + (thread & 15u);
      if (id < VOCAB) {
        let logit = logits[scale.row * VOCAB + id];
        let key = float_key(logit);
        if (key >= bound && kept(cut, key, id)) { sum += vec2f(1.0, exp((logit - scale.top) * scale.inverse)); }
      }
    }
    #end
  }
  return row_sum(thread, sum);
}

// How many ids up to `last` have exactly this key.
fn count_equal(thread : u32, row : u32, key : u32, last : u32) -> f32 {
  var count = 0.0;
  for (var i = thread >> 4u; i < live_count; i += 16u) {
    let block = live_block(i);
    if (block * 64u > last || block_key(row, block) < key) { continue; }
    #for e in 4
    {
      let id = block * 64u + $eu * 16u + (thread & 15u);
      if (id < VOCAB && id <= last && float_key(logits[row * VOCAB + id]) == key) { count += 1.0; }
    }
    #end
  }
  return row_sum(thread, vec2f(count, 0.0)).x;
}

fn part(measure : vec2f, by_mass : bool) -> f32 { return select(measure.x, measure.y, by_mass); }

// The shortest prefix of `whole` whose number or mass reaches `goal`; `whole` itself reaches it.
// Bisection between a bound that reaches the goal and one that does not: first halving the logits' range, then their keys'.
fn shorten(thread : u32, scale : Scale, whole : Prefix, by_mass : bool, goal : f32) -> Prefix {
  var low = whole.cut.key;
  var high = float_key(scale.top) + 1u;
  var at_low = whole.measure;
  var at_high = vec2f();
  for (var step = 0u; high - low > 1u && at_low.x - at_high.x > 1.0 && part(at_low, by_mass) != goal; step++) {
    if ((step & 3u) == 0u) { list_live(thread, scale.row, low); }
    let half = select(low + (high - low) / 2u, float_key(0.5 * key_float(low) + 0.5 * key_float(high)), step < 8u);
    let middle = clamp(half, low + 1u, high - 1u);
    let found = measure(thread, scale, whole.cut, middle);
    if (part(found, by_mass) >= goal) {
      low = middle;
      at_low = found;
    } else {
      high = middle;
      at_high = found;
    }
  }
  var last = select(ALL, whole.cut.last, low == whole.cut.key);
  if (high - low == 1u) {
    // Equal logits: only as many of them as the goal needs, the lower ids first.
    let equal = at_low.x - at_high.x;
    let each = vec2f(1.0, exp((key_float(low) - scale.top) * scale.inverse));
    let needed = clamp(ceil((goal - part(at_high, by_mass)) / part(each, by_mass)), 1.0, equal);
    if (needed < equal) {
      var first = 0u;
      last = min(last, VOCAB - 1u);
      while (first < last) {
        let middle = (first + last) / 2u;
        if (count_equal(thread, scale.row, low, middle) >= needed) { last = middle; } else { first = middle + 1u; }
      }
      at_low = at_high + needed * each;
    }
  }
  return Prefix(Cut(low, last), at_low);
}

fn draw(thread : u32, row : u32, sequence : u32, temperature : f32, peak : u32) -> u32 {
  let top_k = sequence_word(sequence, 4u);
  let top_p = sequence_setting(sequence, 5u);
  let min_p = sequence_setting(sequence, 6u);
  let scale = Scale(row, key_float(peak), 1.0 / temperature);

  // An id farther than 19.5 T below the top cannot win: its score is at most -19.5 + GUMBEL_MAX, the top's at least GUMBEL_MIN.
  // A min_p below exp(-19.5) cuts nothing more, so it may be raised to what log() surely takes.
  var reach = -19.5 * temperature;
  if (min_p > 0.0) { reach = max(reach, min(0.0, temperature * log(max(min_p, 1.0e-30)))); }
  // The mass of a whole vocabulary below 30 T is under 2^18 exp(-30) = 2.5e-8 of the top's: no f32 sum can tell.
  // One key lower, for the rounding of the sum; the draw itself compares the exact differences.
  let floor_key = float_key(scale.top + select(reach, -30.0 * temperature, top_p < 1.0)) - 1u;
  list_live(thread, row, floor_key);
  var prefix = Prefix(Cut(floor_key, ALL), vec2f());
  if (top_k > 0u || top_p < 1.0) {
    prefix.measure = measure(thread, scale, prefix.cut, floor_key);
    if (top_k > 0u && f32(top_k) < prefix.measure.x) { prefix = shorten(thread, scale, prefix, false, f32(top_k)); }
    if (top_p < 1.0) { prefix = shorten(thread, scale, prefix, true, max(top_p * prefix.measure.y, 1.0e-6)); }
    list_live(thread, row, prefix.cut.key);
  }

  let position = logit_row_position(row) + 1u;
  let seed = sequence_word(sequence, 1u);
  var best_score = -100.0;
  var best = vec2u(0u, ALL);
  for (var i = thread >> 4u; i < live_count; i += 16u) {
    let block = live_block(i);
    if (block_key(row, block) < prefix.cut.key) { continue; }
    #for e in 4
    {
      let id = block * 64u + $eu * 16u + (thread & 15u);
      if (id < VOCAB) {
        let logit = logits[row * VOCAB + id];
        let below = logit - scale.top;
        let level = below * scale.inverse;
        if (below >= reach && kept(prefix.cut, float_key(logit), id) && level + GUMBEL_MAX > best_score) {
          let score = level + gumbel_noise(philox(id, position, STREAM_SAMPLE, seed));
          if (score > best_score) {
            best_score = score;
            best = vec2u(float_key(score), id);
          }
        }
      }
    }
    #end
  }
  return row_best(thread, best).y;
}

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group : vec3u, @builtin(local_invocation_index) thread : u32) {
  let row = group.x;
  if (row >= min(params.rows, logit_row_count())) { return; }
  let sequence = logit_row_sequence(row);
  let flags = sequence_word(sequence, 0u);
  if ((flags & SEQUENCE_DONE) != 0u) { return; }

  var highest = vec2u(0u, ALL);
  for (var block = thread; block < ID_BLOCKS; block += 256u) { highest = better(highest, vec2u(block_key(row, block), block)); }
  let peak = row_best(thread, highest);

  let temperature = sequence_setting(sequence, 3u);
  var token = 0u;
  if (temperature == 0.0) {
    let id = peak.y * 64u + thread;
    let found = thread < 64u && id < VOCAB && float_key(logits[row * VOCAB + min(id, VOCAB - 1u)]) == peak.x;
    token = row_best(thread, vec2u(0u, select(ALL, id, found))).y;
  } else {
    token = draw(thread, row, sequence, temperature, peak.x);
  }
  if (thread == 0u) {
    token = min(token, VOCAB - 1u);
    outputs[output_at(row)] = token;
    if ((flags & SEQUENCE_PENALTIES) != 0u) { counts[sequence * VOCAB + token] += 1u; }
  }
}

// Draws the next token of every logit row and notes it in `outputs` (lib/outputs; decoding/advance writes the count) and in `counts`.
// A row with a logit that is no number draws nothing: its token is NO_TOKEN. A workgroup per logit row; a sequence has at most one logit
// row in a step that samples.
// Temperature 0 takes the highest logit. Otherwise Gumbel-max: the survivor with the highest logit / T + noise(id) is an exact draw from
// the truncated, renormalised distribution. In the order (logit down, id up) top-k, top-p and min-p each keep a prefix: a `Cut`.
// 16 threads read a block of 64 ids; a block whose maximum is below the cut is never read.
// uses: lib/constants, lib/step-state, lib/outputs, lib/penalties, lib/philox, lib/gumbel, lib/row-reduce
// constants: VOCAB
struct Params { rows : u32 }
@group(0) @binding(0) var<uniform> params : Params;
@group(0) @binding(1) var<storage, read> state : array<u32>;          // lib/step-state
@group(0) @binding(2) var<storage, read> logits : array<f32>;         // [rows, VOCAB], penalised
@group(0) @binding(3) var<storage, read> block_max : array<f32>;      // [rows, ID_BLOCKS]
@group(0) @binding(4) var<storage, read_write> counts : array<u32>;   // [sequences, SEQUENCE_COUNTS]: lib/penalties
@group(0) @binding(5) var<storage, read_write> outputs : array<u32>;  // [RING, MAX_LOGIT_ROWS, 2]: count, token

const STREAM_SAMPLE = 0u;
const NONE = 0xffffffffu;
const ID_BLOCKS = (VOCAB + 63u) / 64u;
const OWN_BLOCKS = (ID_BLOCKS + 255u) / 256u;
const LIVE_CAPACITY = min(ID_BLOCKS, 2048u);

// A prefix of the ids: those with keys above `key`, and of those with this key the ids up to `last`.
struct Cut { key : u32, last : u32 }
// The row's highest logit, and 1 / T.
struct Scale { row : u32, top : f32, inverse : f32 }

var<workgroup> live : array<u32, LIVE_CAPACITY>;
var<workgroup> live_count : u32;                                      // 0 = no list: every block
var<workgroup> live_starts : array<u32, 256>;
var<workgroup> live_runs : array<u32, 16>;

fn block_key(row : u32, block : u32) -> u32 { return float_key(block_max[row * ID_BLOCKS + block]); }
fn keeps(cut : Cut, key : u32, id : u32) -> bool { return key > cut.key || (key == cut.key && id <= cut.last); }

// Lists the blocks that have ids at or above `bound`, in order, unless they are too many for the list.
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
  if (thread == 255u) { live_count = select(at, 0u, at > LIVE_CAPACITY); }
  workgroupBarrier();
}
fn live_end() -> u32 { return select(live_count, ID_BLOCKS, live_count == 0u); }
fn live_block(index : u32) -> u32 {
  if (live_count == 0u) { return index; }
  return live[index];
}

// How many ids the cut keeps, and their mass: the sum of exp((logit - top) / T).
fn measure(thread : u32, scale : Scale, cut : Cut) -> vec2f {
  var sum = vec2f();
  for (var i = thread >> 4u; i < live_end(); i += 16u) {
    let block = live_block(i);
    if (block_key(scale.row, block) < cut.key) { continue; }
    #for e in 4
    {
      let id = block * 64u + $eu * 16u + (thread & 15u);
      if (id < VOCAB) {
        let logit = logits[scale.row * VOCAB + id];
        if (keeps(cut, float_key(logit), id)) { sum += vec2f(1.0, exp((logit - scale.top) * scale.inverse)); }
      }
    }
    #end
  }
  return row_sum(thread, sum);
}

// What top-k, then top-p leave of the ids from `floor_key` on: each the shortest cut whose number, or mass, reaches its goal.
// Bisection between a cut that reaches the goal and one that does not: over the logits' range, then over keys, then over the ids of
// equal logits, until one id is between them. The first turn measures what there is; so `measure` stands here once, and compiles once.
fn truncate(thread : u32, scale : Scale, floor_key : u32, top_k : u32, top_p : f32) -> Cut {
  var cut = Cut(floor_key, VOCAB - 1u);
  if (top_k == 0u && top_p >= 1.0) { return cut; }
  var size = vec2f(3.0e38);                                           // not known yet
  for (var turn = 0u; turn < 3u; turn++) {
    let unit = turn / 2u;                                             // 0 = number, 1 = mass
    var goal = 0.0;
    if (turn == 1u) {
      goal = f32(top_k);
      if (top_k == 0u || goal >= size.x) { continue; }
    }
    if (turn == 2u) {
      goal = max(top_p * size.y, 1.0e-6);                             // at least the first id
      if (top_p >= 1.0) { break; }
    }
    var high = float_key(scale.top) + 1u;                             // keys from here on fail
    var first = 0u;                                                   // ids before this fail, once there is only one key
    var failed = vec2f();
    // At most 8 + 32 + 18 steps, unless logits are no numbers; then too it must end.
    let steps = select(64u, 1u, turn == 0u);
    for (var step = 0u; step < steps && size.x - failed.x > 1.0 && size[unit] != goal; step++) {
      let between_keys = high - cut.key > 1u;
      var trial = cut;
      if (turn > 0u) {
        if ((step & 3u) == 0u) { list_live(thread, scale.row, cut.key); }
        if (between_keys) {
          let key = select(cut.key + (high - cut.key) / 2u, float_key(0.5 * key_float(cut.key) + 0.5 * key_float(high)), step < 8u);
          trial = Cut(clamp(key, cut.key + 1u, high - 1u), VOCAB - 1u);
        } else {
          trial.last = (first + cut.last) / 2u;
        }
      }
      let found = measure(thread, scale, trial);
      if (found[unit] >= goal) {
        cut = trial;
        size = found;
      } else {
        failed = found;
        if (between_keys) { high = trial.key; } else { first = trial.last + 1u; }
      }
    }
  }
  return cut;
}

// The thread's best (key of its score, id): logit / T + noise over the ids that are kept.
fn draw(thread : u32, row : u32, sequence : u32, temperature : f32, peak : u32) -> vec2u {
  let top_p = sequence_setting(sequence, SEQUENCE_TOP_P);
  let min_p = sequence_setting(sequence, SEQUENCE_MIN_P);
  let scale = Scale(row, key_float(peak), 1.0 / temperature);

  // An id farther than 19.5 T below the top cannot win: its score is at most -19.5 + GUMBEL_MAX, the top's at least GUMBEL_MIN.
  // A min_p below exp(-19.5) cuts nothing more, so it may be raised to what log() surely takes.
  var reach = -19.5 * temperature;
  if (min_p > 0.0) { reach = max(reach, min(0.0, temperature * log(max(min_p, 1.0e-30)))); }
  // The mass of a whole vocabulary below 30 T is under 2^18 exp(-30) = 2.5e-8 of the top's: no f32 sum can tell.
  // One key lower, for the rounding of the sum; the draw itself compares the exact differences.
  let floor_key = float_key(scale.top + select(reach, -30.0 * temperature, top_p < 1.0)) - 1u;
  let cut = truncate(thread, scale, floor_key, sequence_word(sequence, SEQUENCE_TOP_K), top_p);

  let position = logit_row_position(row) + 1u;
  let seed = sequence_word(sequence, SEQUENCE_SEED);
  var best_score = -100.0;
  var best = vec2u(0u, NONE);
  for (var i = thread >> 4u; i < live_end(); i += 16u) {
    let block = live_block(i);
    if (block_key(row, block) < cut.key) { continue; }
    for (var id = block * 64u + (thread & 15u); id < min(block * 64u + 64u, VOCAB); id += 16u) {
      let logit = logits[row * VOCAB + id];
      let below = logit - scale.top;
      let level = below * scale.inverse;
      if (below >= reach && keeps(cut, float_key(logit), id) && level + GUMBEL_MAX > best_score) {
        let score = level + gumbel_noise(philox(id, position, STREAM_SAMPLE, seed));
        if (score > best_score) {
          best_score = score;
          best = vec2u(float_key(score), id);
        }
      }
    }
  }
  return best;
}

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group : vec3u, @builtin(local_invocation_index) thread : u32) {
  let row = group.x;
  if (row >= min(params.rows, logit_row_count())) { return; }
  let sequence = logit_row_sequence(row);
  let flags = sequence_word(sequence, SEQUENCE_FLAGS);
  if ((flags & SEQUENCE_DONE) != 0u) { return; }

  var highest = vec2u(0u, NONE);
  for (var block = thread; block < ID_BLOCKS; block += 256u) { highest = better(highest, vec2u(block_key(row, block), block)); }
  let peak = row_best(thread, highest);
  if (peak.x >= float_key(NO_NUMBER)) {
    if (thread == 0u) { outputs[output_token_at(row, 0u)] = NO_TOKEN; }
    return;
  }

  let temperature = sequence_setting(sequence, SEQUENCE_TEMPERATURE);
  var best = vec2u(0u, NONE);
  if (temperature == 0.0) {
    let id = peak.y * 64u + thread;
    if (thread < 64u && id < VOCAB && float_key(logits[row * VOCAB + id]) == peak.x) { best.y = id; }
  } else {
    best = draw(thread, row, sequence, temperature, peak.x);
  }
  let token = min(row_best(thread, best).y, VOCAB - 1u);
  if (thread == 0u) {
    outputs[output_token_at(row, 0u)] = token;
    if ((flags & SEQUENCE_PENALTIES) != 0u) { counts[sequence * SEQUENCE_COUNTS + token] += 1u; }
  }
}

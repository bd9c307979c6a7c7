// What the matrix of token recycling learns of the rows of prompts: that a row's token was followed by the next row's. It becomes the
// likeliest successor, and those that were likelier move down one rank; the last is forgotten.
// One workgroup, a thread per row: the first row of a token takes all of the token's rows, in order, so that nobody else writes there.
// uses: lib/step-state
struct Params { rows : u32, share : f32 }
@group(0) @binding(0) var<uniform> params : Params;
@group(0) @binding(1) var<storage, read> state : array<u32>;          // lib/step-state
@group(0) @binding(2) var<storage, read_write> matrix : array<vec2u>; // [vocab, SUCCESSORS]: id + 1, f32 bits of its probability

const THREADS = 256u;
const FIRST_LAYER = 0u;
fn sequence_of(row : u32) -> u32 { return state[row_at(row, FIRST_LAYER, ROW_SEQUENCE)]; }
fn token_of(row : u32) -> u32 { return state[row_at(row, FIRST_LAYER, ROW_TOKEN)]; }

// Whether the row is a prompt's, and the one behind it in its sequence is the next row.
fn is_followed(row : u32, rows : u32) -> bool {
  if (row + 1u >= rows) { return false; }
  let flags = state[row_at(row, FIRST_LAYER, ROW_FLAGS)];
  return (flags & ROW_VALID) != 0u && (flags & ROW_DECODE) == 0u && sequence_of(row) == sequence_of(row + 1u);
}

fn put_first(token : u32, successor : u32) {
  var moved = vec2u(successor + 1u, bitcast<u32>(params.share));
  for (var rank = 0u; rank < SUCCESSORS; rank++) {
    let here = matrix[token * SUCCESSORS + rank];
    matrix[token * SUCCESSORS + rank] = moved;
    if (here.x == successor + 1u || here.x == 0u) { return; }
    moved = here;
  }
}

@compute @workgroup_size(THREADS)
fn main(@builtin(local_invocation_index) thread : u32) {
  let rows = min(params.rows, state[row_list(FIRST_LAYER)]);
  for (var row = thread; row < rows; row += THREADS) {
    if (!is_followed(row, rows)) { continue; }
    let token = token_of(row);
    var is_first = true;
    for (var before = 0u; before < row && is_first; before++) { is_first = token_of(before) != token || !is_followed(before, rows); }
    if (!is_first) { continue; }
    for (var same = row; same < rows; same++) {
      if (token_of(same) == token && is_followed(same, rows)) { put_first(token, token_of(same + 1u)); }
    }
  }
}

// Notes the tokens of a step's rows in the history of their sequences, by position. A thread per row.
// uses: lib/step-state
struct Params { rows : u32, slots : u32 }
@group(0) @binding(0) var<uniform> params : Params;
@group(0) @binding(1) var<storage, read> state : array<u32>;            // lib/step-state
@group(0) @binding(2) var<storage, read_write> history : array<u32>;    // [sequences, slots]: tokens by position

const FIRST_LAYER = 0u;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id : vec3u) {
  let row = id.x;
  if (row >= min(params.rows, state[row_list(FIRST_LAYER)])) { return; }
  let position = state[row_at(row, FIRST_LAYER, ROW_POSITION)];
  if ((state[row_at(row, FIRST_LAYER, ROW_FLAGS)] & ROW_VALID) == 0u || position >= params.slots) { return; }
  history[state[row_at(row, FIRST_LAYER, ROW_SEQUENCE)] * params.slots + position] = state[row_at(row, FIRST_LAYER, ROW_TOKEN)];
}

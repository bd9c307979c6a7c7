// What the matrix of token recycling learns of a step: the likeliest successors of every node's token, accepted or not. Several nodes may
// have the same token: the last one on the accepted path wins, else the last one at all, so that the matrix is the same on every device.
// A thread per logit row, in one workgroup.
// uses: lib/step-state, lib/draft-tree
struct Params { trees : u32, nodes : u32 }
@group(0) @binding(0) var<uniform> params : Params;
@group(0) @binding(1) var<storage, read> state : array<u32>;          // lib/step-state
@group(0) @binding(2) var<storage, read> trees : array<u32>;          // lib/draft-tree
@group(0) @binding(3) var<storage, read> top : array<vec2u>;          // [rows, SUCCESSORS]: decoding/row-top
@group(0) @binding(4) var<storage, read_write> matrix : array<vec2u>; // [vocab, SUCCESSORS]: id + 1, f32 bits of its probability

const FIRST_LAYER = 0u;
const NO_ROW = 0xffffffffu;

var<workgroup> tokens : array<u32, MAX_TREE_NODES>;
var<workgroup> ranks : array<u32, MAX_TREE_NODES>;

// Where a row stands among those of its token: rows of a path behind all others.
fn rank_of(row : u32) -> u32 {
  let tree = row / params.nodes;
  let node = row % params.nodes;
  for (var j = 0u; j < tree_word(tree, TREE_GIVEN); j++) {
    if (node_word(tree, TREE_PATH, j) == node) { return MAX_TREE_NODES + row; }
  }
  return row;
}

@compute @workgroup_size(MAX_TREE_NODES)
fn main(@builtin(local_invocation_index) row : u32) {
  let rows = min(params.trees * params.nodes, MAX_TREE_NODES);
  var token = NO_ROW;
  if (row < rows) {
    if ((state[row_at(row, FIRST_LAYER, ROW_FLAGS)] & ROW_VALID) != 0u) { token = state[row_at(row, FIRST_LAYER, ROW_TOKEN)]; }
    ranks[row] = rank_of(row);
  }
  tokens[row] = token;
  workgroupBarrier();
  if (token == NO_ROW) { return; }
  for (var other = 0u; other < rows; other++) {
    if (tokens[other] == token && ranks[other] > ranks[row]) { return; }
  }
  for (var i = 0u; i < SUCCESSORS; i++) { matrix[token * SUCCESSORS + i] = top[row * SUCCESSORS + i]; }
}

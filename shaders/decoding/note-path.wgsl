// Notes the tokens of each tree's accepted path in the history of its sequence, by position. A workgroup per tree, a thread per node of the path.
// uses: lib/draft-tree
struct Params { trees : u32, slots : u32 }
@group(0) @binding(0) var<uniform> params : Params;
@group(0) @binding(1) var<storage, read> trees : array<u32>;            // lib/draft-tree
@group(0) @binding(2) var<storage, read_write> history : array<u32>;    // [sequences, slots]: tokens by position

@compute @workgroup_size(MAX_TREE_NODES)
fn main(@builtin(workgroup_id) group : vec3u, @builtin(local_invocation_index) j : u32) {
  let tree = group.x;
  if (tree >= params.trees || j >= tree_word(tree, TREE_GIVEN)) { return; }
  let position = tree_word(tree, TREE_POSITION) + j;
  if (position >= params.slots) { return; }
  history[tree_word(tree, TREE_SEQUENCE) * params.slots + position] = node_word(tree, TREE_TOKENS, node_word(tree, TREE_PATH, j));
}

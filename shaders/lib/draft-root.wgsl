// How a tree begins: the row that the step before has left becomes its root.
// uses: lib/step-state, lib/draft-tree
const ROOT_LAYER = 0u;                                                // whose list the roots stand in

fn root_token(tree : u32) -> u32 { return state[row_at(tree, ROOT_LAYER, ROW_TOKEN)]; }

// Notes whose tree it is, and its root as node 0; one thread does it, and writes the other nodes' count itself.
fn begin_tree(tree : u32, nodes : u32) {
  trees[tree_at(tree, TREE_SEQUENCE)] = state[row_at(tree, ROOT_LAYER, ROW_SEQUENCE)];
  trees[tree_at(tree, TREE_POSITION)] = state[row_at(tree, ROOT_LAYER, ROW_POSITION)];
  trees[tree_at(tree, TREE_FLAGS)] = state[row_at(tree, ROOT_LAYER, ROW_FLAGS)];
  trees[tree_at(tree, TREE_NODES)] = nodes;
  trees[tree_at(tree, TREE_GIVEN)] = 0u;
  trees[node_at(tree, TREE_TOKENS, 0u)] = root_token(tree);
  trees[node_at(tree, TREE_PARENTS, 0u)] = NO_PARENT;
}

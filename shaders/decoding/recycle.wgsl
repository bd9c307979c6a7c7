// Drafts of token recycling (Luo et al. 2024, arXiv 2408.08696) in a tree of fixed shape: a node is the rank-th likeliest successor that its
// parent's token had when it last was an input. A workgroup per tree, a thread per node, a level of the tree after the other.
// A word of the matrix is 0 where no successor is known: such a node, and what hangs on it, is none.
// uses: lib/draft-tree, lib/draft-root
struct Params { trees : u32, nodes : u32, depth : u32 }
@group(0) @binding(0) var<uniform> params : Params;
@group(0) @binding(1) var<storage, read> state : array<u32>;          // lib/step-state
@group(0) @binding(2) var<storage, read> matrix : array<vec2u>;       // [vocab, SUCCESSORS]: id + 1, f32 bits of its probability
@group(0) @binding(3) var<storage, read> shape : array<vec2u>;        // [nodes]: parent, rank; the root's are not read
@group(0) @binding(4) var<storage, read_write> trees : array<u32>;    // lib/draft-tree

var<workgroup> tokens : array<u32, MAX_TREE_NODES>;

@compute @workgroup_size(MAX_TREE_NODES)
fn main(@builtin(workgroup_id) group : vec3u, @builtin(local_invocation_index) node : u32) {
  let tree = group.x;
  if (tree >= params.trees) { return; }
  let is_node = node > 0u && node < params.nodes;
  let place = shape[min(node, params.nodes - 1u)];
  var depth = 0u;
  for (var at = select(0u, node, is_node); at > 0u; at = shape[at].x) { depth++; }
  if (node == 0u) {
    begin_tree(tree, params.nodes);
    tokens[0] = root_token(tree);
  }
  for (var level = 1u; level <= params.depth; level++) {
    workgroupBarrier();
    if (is_node && depth == level) {
      let before = tokens[place.x];
      var token = NO_NODE;
      if (before != NO_NODE) { token = matrix[before * SUCCESSORS + place.y].x - 1u; }
      tokens[node] = token;
      trees[node_at(tree, TREE_TOKENS, node)] = token;
      trees[node_at(tree, TREE_PARENTS, node)] = place.x;
      trees[node_at(tree, TREE_SOURCES, node)] = SOURCE_MATRIX;
    }
  }
}

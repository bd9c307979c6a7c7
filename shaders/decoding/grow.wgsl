// Drafts from the matrix of token recycling in a tree that grows where it is likeliest (DySpec's greedy expansion, Xiong et al. 2024, arXiv
// 2410.11744, over fixed candidates): a node is worth its parent's worth times how likely a successor it was when its parent's token was last
// seen, which params.sharpness and params.fade temper, for that was in another place. A node's children come in the order of their rank, so
// that each node has one candidate at a time; the best of all is taken, ties to the lower node, until there are params.nodes.
// Where params.trust is above 0 the tree has nodes already, which another proposer has drafted: one of depth d is worth trust^d.
// A workgroup per tree, a thread per node.
// uses: lib/draft-tree, lib/draft-root
struct Params { trees : u32, nodes : u32, sharpness : f32, fade : f32, trust : f32 }
@group(0) @binding(0) var<uniform> params : Params;
@group(0) @binding(1) var<storage, read> state : array<u32>;          // lib/step-state
@group(0) @binding(2) var<storage, read> matrix : array<vec2u>;       // [vocab, SUCCESSORS]: id + 1, f32 bits of its probability
@group(0) @binding(3) var<storage, read_write> trees : array<u32>;    // lib/draft-tree

const GROUPS = 8u;                                                    // of threads whose candidates are compared first
var<workgroup> given : u32;                                           // nodes that are there already
var<workgroup> worths : array<f32, MAX_TREE_NODES>;                   // of each node's candidate, -1 = it has none
var<workgroup> bests : array<u32, GROUPS>;
var<workgroup> parent : u32;                                          // MAX_TREE_NODES = no candidate is left
var<workgroup> taken : vec2u;                                         // the candidate that was taken: its token, f32 bits of its worth

// Whether a node that was there already is this child of the parent.
fn has_child(tree : u32, count : u32, above : u32, token : u32) -> bool {
  for (var i = above + 1u; i < count; i++) {
    if (node_word(tree, TREE_PARENTS, i) == above && node_word(tree, TREE_TOKENS, i) == token) { return true; }
  }
  return false;
}

@compute @workgroup_size(MAX_TREE_NODES)
fn main(@builtin(workgroup_id) group : vec3u, @builtin(local_invocation_index) node : u32) {
  let tree = group.x;
  if (tree >= params.trees) { return; }
  if (node == 0u) {
    if (params.trust == 0.0) { begin_tree(tree, 1u); }
    given = min(tree_word(tree, TREE_NODES), params.nodes);
  }
  let count = workgroupUniformLoad(&given);
  // What the thread's node is, once it is one, and its candidate.
  var token = NO_NODE;
  var worth = 0.0;
  var rank = 0u;
  var candidate = 0u;
  var renew = node < count;
  if (renew) {
    token = select(root_token(tree), node_word(tree, TREE_TOKENS, node), node > 0u);
    worth = 1.0;
    for (var at = node; at > 0u; at = node_word(tree, TREE_PARENTS, at)) { worth *= params.trust; }
  }
  worths[node] = -1.0;
  for (var next = count; next < params.nodes; next++) {
    if (renew) {
      renew = false;
      var word = vec2u(0u);
      while (rank < SUCCESSORS) {
        word = matrix[token * SUCCESSORS + rank];
        if (word.x == 0u || !has_child(tree, count, node, word.x - 1u)) { break; }
        rank++;
        word = vec2u(0u);
      }
      candidate = word.x;
      worths[node] = select(worth * params.fade * pow(bitcast<f32>(word.y), params.sharpness), -1.0, word.x == 0u);
    }
    workgroupBarrier();
    if (node < GROUPS) {
      var best = node * (MAX_TREE_NODES / GROUPS);
      for (var i = best + 1u; i < (node + 1u) * (MAX_TREE_NODES / GROUPS); i++) { best = select(best, i, worths[i] > worths[best]); }
      bests[node] = best;
    }
    workgroupBarrier();
    if (node == 0u) {
      var best = bests[0];
      for (var i = 1u; i < GROUPS; i++) { best = select(best, bests[i], worths[bests[i]] > worths[best]); }
      parent = select(best, MAX_TREE_NODES, worths[best] < 0.0);
    }
    workgroupBarrier();
    let above = parent;
    if (node == above) {
      taken = vec2u(candidate - 1u, bitcast<u32>(worths[node]));
      trees[node_at(tree, TREE_TOKENS, next)] = candidate - 1u;
      trees[node_at(tree, TREE_PARENTS, next)] = node;
      trees[node_at(tree, TREE_SOURCES, next)] = SOURCE_MATRIX;
      rank++;
      renew = true;
    }
    workgroupBarrier();
    if (node == next) {
      if (above == MAX_TREE_NODES) {
        trees[node_at(tree, TREE_TOKENS, next)] = NO_NODE;
        trees[node_at(tree, TREE_PARENTS, next)] = 0u;
        trees[node_at(tree, TREE_SOURCES, next)] = SOURCE_MATRIX;
      } else {
        token = taken.x;
        worth = bitcast<f32>(taken.y);
        renew = true;
      }
    }
  }
  if (node == 0u) { trees[tree_at(tree, TREE_NODES)] = params.nodes; }
}

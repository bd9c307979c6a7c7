// Drafts what followed the last time: the places of a sequence's own text whose last tokens are those before the root (prompt lookup, Saxena
// 2023; suffix automata, Hu et al. 2024, arXiv 2411.10666). The place that agrees longest counts, the newest of equals; each further branch is
// the best place that goes on with another token. What follows a place is copied, and where it reaches the root it goes round again.
// A branch has half of the nodes that are left, the last one all. Fewer nodes than params.nodes are told by the tree's header.
// A workgroup per tree, a thread per place.
// uses: lib/step-state, lib/draft-tree, lib/draft-root, lib/row-reduce
struct Params { trees : u32, nodes : u32, slots : u32, least : u32, most : u32, branches : u32 }
@group(0) @binding(0) var<uniform> params : Params;
@group(0) @binding(1) var<storage, read> state : array<u32>;          // lib/step-state
@group(0) @binding(2) var<storage, read> history : array<u32>;        // [sequences, slots]: tokens by position, those before the root
@group(0) @binding(3) var<storage, read_write> trees : array<u32>;    // lib/draft-tree

const THREADS = 256u;
var<workgroup> firsts : array<u32, MAX_BRANCHES>;                     // the token that each branch begins with

struct Root { first : u32, position : u32, token : u32 }              // where the sequence's history begins, and its end
fn token_at(root : Root, position : u32) -> u32 {
  return select(history[root.first + min(position, params.slots - 1u)], root.token, position == root.position);
}

// How many tokens up to the place agree with those up to the root.
fn agreement(root : Root, place : u32) -> u32 {
  var length = 0u;
  while (length < params.most && length <= place && token_at(root, place - length) == token_at(root, root.position - length)) { length++; }
  return length;
}

fn is_taken(token : u32, branches : u32) -> bool {
  for (var i = 0u; i < branches; i++) { if (firsts[i] == token) { return true; } }
  return false;
}

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group : vec3u, @builtin(local_invocation_index) thread : u32) {
  let tree = group.x;
  if (tree >= params.trees) { return; }
  let position = state[row_at(tree, ROOT_LAYER, ROW_POSITION)];
  let root = Root(state[row_at(tree, ROOT_LAYER, ROW_SEQUENCE)] * params.slots, min(position, params.slots - 1u), root_token(tree));
  var count = 1u;
  for (var branch = 0u; branch < min(params.branches, MAX_BRANCHES); branch++) {
    var best = vec2u(0u, 0xffffffffu);
    for (var place = thread; place < root.position; place += THREADS) {
      let length = agreement(root, place);
      if (length >= params.least && !is_taken(token_at(root, place + 1u), branch)) { best = better(best, vec2u(length, ~place)); }
    }
    let found = row_best(thread, best);
    if (found.x == 0u || count >= params.nodes) { break; }
    let place = ~found.y;
    let left = params.nodes - count;
    let length = select((left + 1u) / 2u, left, branch + 1u == params.branches);
    for (var i = thread; i < length; i += THREADS) {
      trees[node_at(tree, TREE_TOKENS, count + i)] = token_at(root, place + 1u + i % (root.position - place));
      trees[node_at(tree, TREE_PARENTS, count + i)] = select(count + i - 1u, 0u, i == 0u);
      trees[node_at(tree, TREE_SOURCES, count + i)] = SOURCE_HISTORY;
    }
    if (thread == 0u) { firsts[branch] = token_at(root, place + 1u); }
    count += length;
    workgroupBarrier();
  }
  if (thread == 0u) { begin_tree(tree, count); }
}

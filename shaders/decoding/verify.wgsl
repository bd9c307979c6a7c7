// Which path of each draft tree is kept. For every node sampling/sample has drawn the token that follows it, as plain decoding would draw it
// there: the likeliest, or with the noise of its position. So the way down goes to the child that is the token drawn, as long as there is
// one (SpecInfer's greedy rule, Miao et al. 2023, arXiv 2305.09781; for draws the coupling of point masses: the token is one draw from the
// target whether a child has it or not). What was drawn along the way are the tokens given, up to a stop id or the limit.
// A workgroup per tree. `outputs` gets [count, tokens ...] at the tree's first row, and from word 1 + params.nodes on bytes: how many drafts
// there were, then of each drafted node of the path its number and, above 6 bits, its source. The tree gets its path, and the sequence's span
// as many rows as were given: their keys and values stay.
// uses: lib/step-state, lib/outputs, lib/draft-tree, lib/sequence-end
struct Params { trees : u32, nodes : u32 }
@group(0) @binding(0) var<uniform> params : Params;
@group(0) @binding(1) var<storage, read_write> state : array<u32>;    // lib/step-state
@group(0) @binding(2) var<storage, read_write> trees : array<u32>;    // lib/draft-tree
@group(0) @binding(3) var<storage, read_write> outputs : array<u32>;  // [RING, MAX_LOGIT_ROWS, 2]: lib/outputs

const FIRST_LAYER = 0u;

var<workgroup> drawn : array<u32, MAX_TREE_NODES>;
var<workgroup> tokens : array<u32, MAX_TREE_NODES>;
var<workgroup> parents : array<u32, MAX_TREE_NODES>;

@compute @workgroup_size(MAX_TREE_NODES)
fn main(@builtin(workgroup_id) group : vec3u, @builtin(local_invocation_index) node : u32) {
  let tree = group.x;
  if (tree >= params.trees) { return; }
  let first = tree * params.nodes;
  if (node < params.nodes) {
    let valid = (state[row_at(first + node, FIRST_LAYER, ROW_FLAGS)] & ROW_VALID) != 0u;
    drawn[node] = outputs[output_token_at(first + node, 0u)];
    tokens[node] = select(NO_NODE, node_word(tree, TREE_TOKENS, node), valid);
    parents[node] = node_word(tree, TREE_PARENTS, node);
  }
  workgroupBarrier();
  if (node > 0u) { return; }
  let at = output_at(first);
  let sequence = tree_word(tree, TREE_SEQUENCE);
  if ((tree_word(tree, TREE_FLAGS) & ROW_VALID) == 0u) {
    outputs[at] = 0u;
    trees[tree_at(tree, TREE_GIVEN)] = 0u;
    return;
  }
  let wanted = min(max(sequence_word(sequence, SEQUENCE_REMAINING), 1u), params.nodes);
  var given = 0u;
  var here = 0u;
  loop {
    let token = drawn[here];
    // Nothing was drawn: what follows is for the next step to find, whose root this node is.
    if (token == NO_TOKEN) { break; }
    outputs[output_token_at(first, given)] = token;
    trees[node_at(tree, TREE_PATH, given)] = here;
    given++;
    if (given >= wanted || is_stop(sequence, token)) { break; }
    // Children stand behind their parent.
    var next = here + 1u;
    while (next < params.nodes && (parents[next] != here || tokens[next] != token)) { next++; }
    if (next >= params.nodes) { break; }
    here = next;
  }
  var bytes = 0u;
  for (var i = 1u; i < params.nodes; i++) { bytes += select(0u, 1u, tokens[i] != NO_NODE); }
  for (var j = 1u; j < given; j++) {
    let word = at + 1u + params.nodes + (j - 1u) / 4u;
    if (j % 4u == 0u) {
      outputs[word] = bytes;
      bytes = 0u;
    }
    let node = node_word(tree, TREE_PATH, j);
    bytes |= (node | (node_word(tree, TREE_SOURCES, node) << 6u)) << (8u * (j % 4u));
  }
  outputs[at] = given;
  outputs[at + 1u + params.nodes + (max(given, 1u) - 1u) / 4u] = bytes;
  trees[tree_at(tree, TREE_GIVEN)] = given;
  state[span_at(sequence, FIRST_LAYER, SPAN_ROWS)] = given;
}

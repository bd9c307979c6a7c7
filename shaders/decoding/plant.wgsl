// The rows of a step whose sequences go on as draft trees: node i of a tree becomes the sequence's i-th row, at the position of its depth,
// seeing its ancestors; every row has logits. A workgroup per tree, a thread per node.
// A node that is none, that lies deeper than tokens are still wanted, or for whose slot the sequence has no page, is no valid row.
// uses: lib/step-state, lib/draft-tree
struct Params { trees : u32, nodes : u32 }
@group(0) @binding(0) var<uniform> params : Params;
@group(0) @binding(1) var<storage, read_write> state : array<u32>;    // lib/step-state
@group(0) @binding(2) var<storage, read> trees : array<u32>;          // lib/draft-tree

const FIRST_LAYER = 0u;                                               // whose list the rows are

@compute @workgroup_size(MAX_TREE_NODES)
fn main(@builtin(workgroup_id) group : vec3u, @builtin(local_invocation_index) node : u32) {
  let tree = group.x;
  if (tree >= params.trees || node >= params.nodes) { return; }
  let sequence = tree_word(tree, TREE_SEQUENCE);
  let row = tree * params.nodes + node;
  var depth = 0u;
  var seen = vec2u(select(1u << (node & 31u), 0u, node >= 32u), select(0u, 1u << (node & 31u), node >= 32u));
  for (var at = node; at > 0u;) {
    // A parent stands before its children: whatever a wrong proposer wrote, the way up ends.
    at = min(node_word(tree, TREE_PARENTS, at), at - 1u);
    depth++;
    seen |= vec2u(select(1u << (at & 31u), 0u, at >= 32u), select(0u, 1u << (at & 31u), at >= 32u));
  }
  let goes_on = (tree_word(tree, TREE_FLAGS) & ROW_VALID) != 0u;
  let token = node_word(tree, TREE_TOKENS, node);
  let has_page = sequence_length(sequence, FIRST_LAYER, 0u) + node < max_pages() * PAGE_SLOTS;
  let is_wanted = node < tree_word(tree, TREE_NODES) && token != NO_NODE && depth < max(sequence_word(sequence, SEQUENCE_REMAINING), 1u);
  let valid = goes_on && has_page && is_wanted;
  state[row_at(row, FIRST_LAYER, ROW_SEQUENCE)] = sequence;
  state[row_at(row, FIRST_LAYER, ROW_POSITION)] = tree_word(tree, TREE_POSITION) + depth;
  state[row_at(row, FIRST_LAYER, ROW_ORDINAL)] = node;
  state[row_at(row, FIRST_LAYER, ROW_TOKEN)] = select(0u, token, valid);
  state[row_at(row, FIRST_LAYER, ROW_PARENT)] = node_word(tree, TREE_PARENTS, node);
  state[row_at(row, FIRST_LAYER, ROW_FLAGS)] = select(0u, ROW_VALID | ROW_DECODE, valid);
  state[row_at(row, FIRST_LAYER, ROW_ANCESTORS)] = seen.x;
  state[row_at(row, FIRST_LAYER, ROW_ANCESTORS_HIGH)] = seen.y;
  state[logit_row_at(row, LOGIT_ROW_ROW)] = row;
  state[logit_row_at(row, LOGIT_ROW_SEQUENCE)] = sequence;
  state[logit_row_at(row, LOGIT_ROW_POSITION)] = tree_word(tree, TREE_POSITION) + depth;
  state[logit_row_at(row, LOGIT_ROW_TARGET)] = NO_TARGET;
  if (node > 0u) { return; }
  if (goes_on) {
    state[span_at(sequence, FIRST_LAYER, SPAN_ROWS)] = params.nodes;
    state[span_at(sequence, FIRST_LAYER, SPAN_FIRST_ROW)] = row;
  }
  if (tree > 0u) { return; }
  state[row_list(FIRST_LAYER)] = params.trees * params.nodes;
  state[HEADER_LOGIT_ROWS] = params.trees * params.nodes;
}

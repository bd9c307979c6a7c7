// Moves keys and values of the accepted path of each draft tree together, in one layer: node j of the path goes to the j-th slot behind the
// sequence's length; its position is already the final one, so that nothing turns. A slot may be where one node goes and another comes
// from, so one thread owns a word of all slots and takes the nodes in order: a node never comes from before where it goes.
// A workgroup per (KV head, tree). The lengths are still those before the step.
// uses: lib/step-state, lib/draft-tree, lib/cache-slot
struct Params { layer : u32, trees : u32 }
@group(0) @binding(0) var<uniform> params : Params;
@group(0) @binding(1) var<storage, read> state : array<u32>;          // lib/step-state
@group(0) @binding(2) var<storage, read> trees : array<u32>;          // lib/draft-tree
@group(0) @binding(3) var<storage, read_write> cache : array<u32>;    // [pages of the layer]

const THREADS = 64u;

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group : vec3u, @builtin(local_invocation_index) thread : u32) {
  let kv_head = group.x;
  let tree = group.y;
  if (tree >= params.trees) { return; }
  let given = tree_word(tree, TREE_GIVEN);
  let sequence = tree_word(tree, TREE_SEQUENCE);
  let first = sequence_length(sequence, params.layer, kv_head);
  for (var j = 1u; j < given; j++) {
    let node = node_word(tree, TREE_PATH, j);
    if (node == j) { continue; }
    let from_page = page_of(sequence, params.layer, first + node);
    let to_page = page_of(sequence, params.layer, first + j);
    for (var word = thread; word < SLOT_WORDS; word += THREADS) {
      cache[slot_word(to_page, kv_head, first + j, word)] = cache[slot_word(from_page, kv_head, first + node, word)];
    }
  }
}

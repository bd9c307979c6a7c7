// The draft trees of a step, one for each sequence that it continues, in the order of its rows before trees grew out of them. A tree is
// TREE_WORDS words: a header, then lists of a word for each node. Node 0 is the root, the last token that was given, whose key and value
// are not cached yet; a parent stands before its children, siblings in the order in which they are tried. A token of NO_NODE is no node.
// Laid out by src/kernels/decoding/draft-tree.ts. The kernel binds `trees : array<u32>`.
fn tree_at(tree : u32, word : u32) -> u32 { return tree * TREE_WORDS + word; }
fn tree_word(tree : u32, word : u32) -> u32 { return trees[tree_at(tree, word)]; }
// The word of a node in one of the lists TREE_TOKENS, TREE_PARENTS, TREE_SOURCES, TREE_PATH.
fn node_at(tree : u32, list : u32, node : u32) -> u32 { return tree * TREE_WORDS + list + node; }
fn node_word(tree : u32, list : u32, node : u32) -> u32 { return trees[node_at(tree, list, node)]; }

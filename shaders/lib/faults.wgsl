// What went wrong with a sequence's queries, keys and values since it began anew: linear/qkv notes it, the step's end looks at it.
//   faults  [MAX_SEQUENCES] of FAULT_WORDS: how many pairs of elements had one that is no number, or that the cache cannot
//           hold, and 0xffffffff less the first layer that had one
fn fault_at(sequence : u32) -> u32 { return sequence * FAULT_WORDS; }

// What was chosen is kept, and used again while queries stay similar.
@group(0) @binding(5) var<storage, read_write> memory : array<u32>;   // [sequences, 3 + Q_HEADS * HEAD_DIM + 1 + capacity]: lib/selection/slot-scores
const KEEPS = true;
fn remembered(index : u32) -> u32 { return memory[index]; }
fn remember(index : u32, word : u32) { memory[index] = word; }

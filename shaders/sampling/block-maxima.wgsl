// The largest of every 64 ids of each logit row, NO_NUMBER where one of them is none, for steps whose rows run as a matmul: matvecs of
// the head write them in passing.
// A thread per (block of 64 ids, row).
// uses: lib/constants, lib/step-state
// constants: VOCAB
struct Params { rows : u32 }
@group(0) @binding(0) var<uniform> params : Params;
@group(0) @binding(1) var<storage, read> state : array<u32>;          // lib/step-state
@group(0) @binding(2) var<storage, read> logits : array<f32>;         // [rows, VOCAB], penalised
@group(0) @binding(3) var<storage, read_write> block_max : array<f32>; // [rows, ceil(VOCAB / 64)]

const ID_BLOCKS = (VOCAB + 63u) / 64u;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id : vec3u) {
  let block = id.x;
  let row = id.y;
  if (block >= ID_BLOCKS || row >= min(params.rows, logit_row_count())) { return; }
  let end = min(block * 64u + 64u, VOCAB);
  var largest = LOWEST;
  for (var at = block * 64u; at < end; at++) {
    let logit = logits[row * VOCAB + at];
    largest = max(largest, select(NO_NUMBER, logit, is_number(logit)));
  }
  block_max[row * ID_BLOCKS + block] = largest;
}

// Writes the bounds of key blocks (lib/selection/bounds): with WHOLE of the first params.count blocks, as far as they are
// closed, of every sequence from params.sequence on, otherwise of the blocks that the rows of this step close; for sequences
// whose kind of selection is params.kind, with WHOLE and 0 for any. A thread writes one quad of one head's block.
// uses: lib/step-state, lib/step-rows, lib/kv.*, lib/selection/bounds
// constants: KV_HEADS, WHOLE
struct Params { layer : u32, kind : u32, count : u32, sequence : u32, sequences : u32 }
@group(0) @binding(0) var<uniform> params : Params;
@group(0) @binding(1) var<storage, read> state : array<u32>;            // [step state]
@group(0) @binding(2) var<storage, read> cache : array<KvQuad>;         // [pages of the layer]
@group(0) @binding(3) var<storage, read_write> bounds : array<vec4f>;   // [pages, KV_HEADS, QUADS, 2, 4]

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id : vec3u) {
  let quad = id.x % QUADS;
  let kv_head = id.x / QUADS % KV_HEADS;
  let item = id.x / (QUADS * KV_HEADS);
  if (item >= params.count) { return; }
  var sequence = params.sequence + id.y;
  var last = item * BLOCK_SLOTS + BLOCK_SLOTS - 1u;
  if (WHOLE) {
    if (params.kind != 0u && method_word(sequence, METHOD_SELECT) != params.kind) { return; }
    if (last >= sequence_length(sequence, params.layer, kv_head)) { return; }
  } else {
    if (!row_valid(item)) { return; }
    sequence = row_sequence(item);
    last = row_slot(item, kv_head);
    if (last % BLOCK_SLOTS != BLOCK_SLOTS - 1u || method_word(sequence, METHOD_SELECT) != params.kind) { return; }
  }
  close_block(page_of(sequence, params.layer, last), kv_head, quad, last);
}

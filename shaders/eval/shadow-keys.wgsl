// Copies the keys that this step appends to where none is ever evicted: row r's key of a KV head goes to the place of its
// position. One workgroup per (KV head, row).
// uses: lib/step-state, lib/step-rows, lib/kv.*, lib/cache-layout
// constants: HEAD_DIM
struct Params { layer : u32, rows : u32, capacity : u32 }
@group(0) @binding(0) var<uniform> params : Params;
@group(0) @binding(1) var<storage, read> state : array<u32>;           // [step state]
@group(0) @binding(2) var<storage, read> cache : array<KvQuad>;        // [pages of the layer]
@group(0) @binding(3) var<storage, read_write> keys : array<vec4f>;    // [KV_HEADS, capacity, QUADS]

const QUADS = HEAD_DIM / 4u;
const THREADS = 64u;

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group : vec3u, @builtin(local_invocation_index) t : u32) {
  let kv_head = group.x;
  let row = group.y;
  if (!row_valid(row) || row_position(row) >= params.capacity) { return; }
  let slot = row_slot(row, kv_head);
  let page = page_of(row_sequence(row), params.layer, slot);
  let stored = key_word(page, kv_head, slot) / QUAD_WORDS;
  let factor = key_scale(page, kv_head, slot);
  let kept = (kv_head * params.capacity + row_position(row)) * QUADS;
  for (var quad = t; quad < QUADS; quad += THREADS) { keys[kept + quad] = unpack_quad(cache[stored + quad]) * factor; }
}

// Appends the step's keys and values to a q8 cache: symmetric int8 codes with a scale for each key and one for each value,
// scale = max |x| / 127 and code = round(x / scale), halves to the even one. A vector whose numbers are all below LEAST has
// scale 0 and codes 0. One workgroup per (KV head, row): HALF threads take the key, HALF the value. A row that is not
// valid leaves everything untouched.
// uses: lib/step-state, lib/step-rows, lib/kv.*, lib/cache-layout
// constants: KV_HEADS, HEAD_DIM, HALF
struct Params { layer : u32, rows : u32 }
@group(0) @binding(0) var<uniform> params : Params;
@group(0) @binding(1) var<storage, read> state : array<u32>;           // [step state]
@group(0) @binding(2) var<storage, read> staging : array<vec4f>;       // [rows, 2, KV_HEADS, QUADS]: rotated keys, values
@group(0) @binding(3) var<storage, read_write> cache : array<KvQuad>;  // [pages of the layer]

const QUADS = HEAD_DIM / 4u;

var<workgroup> largest : array<f32, 2u * HALF>;

@compute @workgroup_size(HALF, 2)
fn main(@builtin(workgroup_id) group : vec3u, @builtin(local_invocation_id) local : vec3u) {
  let kv_head = group.x;
  let row = group.y;
  if (!row_valid(row)) { return; }
  let which = local.y;
  let first = ((row * 2u + which) * KV_HEADS + kv_head) * QUADS;
  var most = vec4f(0.0);
  for (var quad = local.x; quad < QUADS; quad += HALF) { most = max(most, abs(staging[first + quad])); }
  largest[which * HALF + local.x] = max(max(most.x, most.y), max(most.z, most.w));
  workgroupBarrier();
  var high = 0.0;
  for (var i = 0u; i < HALF; i++) { high = max(high, largest[which * HALF + i]); }

  let some = high >= LEAST;
  let inverse = select(0.0, 127.0 / max(high, LEAST), some);
  let slot = row_slot(row, kv_head);
  let page = page_of(row_sequence(row), params.layer, slot);
  let start = key_word(page, kv_head, slot) + which * SECTION_WORDS;
  for (var quad = local.x; quad < QUADS; quad += HALF) {
    let codes = bitcast<vec4u>(vec4i(round(staging[first + quad] * inverse))) & vec4u(255u);
    cache[start + quad] = codes.x | (codes.y << 8u) | (codes.z << 16u) | (codes.w << 24u);
  }
  if (local.x == 0u) {
    cache[scale_word(page, kv_head, slot, which)] = bitcast<u32>(select(0.0, high / 127.0, some));
    if (which == 0u) { cache[position_word(page, kv_head, slot)] = row_place(row); }
  }
}

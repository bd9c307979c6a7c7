// Keys and values as int8 codes, four to a word, with a scale for each key and each value (cache/quantize-append). A
// code is sign-extended by shifts, since unpack4xI8 is a language feature that not every browser has.
// uses: lib/cache-layout
const QUAD_WORDS = 1u;
alias KvQuad = u32;                                                // four neighbouring elements
fn unpack_quad(quad : KvQuad) -> vec4f { return vec4f((vec4i(bitcast<i32>(quad)) << vec4u(24u, 16u, 8u, 0u)) >> vec4u(24u)); }
fn quad_word(quad : KvQuad, word : u32) -> u32 { return quad; }

// What unpacked elements of a slot's key and value are to be multiplied with.
const SCALES = 2u;
fn key_scale(page : u32, kv_head : u32, slot : u32) -> f32 { return bitcast<f32>(cache[scale_word(page, kv_head, slot, 0u)]); }
fn value_scale(page : u32, kv_head : u32, slot : u32) -> f32 { return bitcast<f32>(cache[scale_word(page, kv_head, slot, 1u)]); }

// What keys and values, queries and sums of values are multiplied with because of the cache's range (lib/kv.f16): nothing here.
const LARGEST_BITS = 0x7f7fffffu;                                  // every number can be stored
fn key_factor(layer : u32, kv_head : u32) -> f32 { return 1.0; }
fn value_factor(layer : u32, kv_head : u32) -> f32 { return 1.0; }
fn query_factor(layer : u32, kv_head : u32) -> f32 { return 1.0; }
fn sum_factor(layer : u32, kv_head : u32) -> f32 { return 1.0; }

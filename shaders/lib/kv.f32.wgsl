// Keys and values as f32.
const QUAD_WORDS = 4u;
const PAIR_WORDS = 2u;
alias KvQuad = vec4u;                                              // four neighbouring elements
fn unpack_quad(quad : KvQuad) -> vec4f { return bitcast<vec4f>(quad); }
fn quad_word(quad : KvQuad, word : u32) -> u32 { return quad[word & 3u]; }

// What unpacked elements of a slot's key and value are to be multiplied with: nothing here.
const SCALES = 0u;
fn key_scale(page : u32, kv_head : u32, slot : u32) -> f32 { return 1.0; }
fn value_scale(page : u32, kv_head : u32, slot : u32) -> f32 { return 1.0; }

// What keys and values, queries and sums of values are multiplied with because of the cache's range (lib/kv.f16): nothing here.
const LARGEST_BITS = 0x7f7fffffu;                                  // every number can be stored
fn key_factor(layer : u32, kv_head : u32) -> f32 { return 1.0; }
fn value_factor(layer : u32, kv_head : u32) -> f32 { return 1.0; }
fn query_factor(layer : u32, kv_head : u32) -> f32 { return 1.0; }
fn sum_factor(layer : u32, kv_head : u32) -> f32 { return 1.0; }

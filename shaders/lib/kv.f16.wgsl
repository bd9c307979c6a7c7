// Keys and values as f16, two to a word; no adapter feature is needed. Those of a KV head that halves would cut off or round
// away are stored times a power of two, which changes no digit: queries are divided by that of the keys before they meet them
// (linear/qkv), what attention has summed by that of the values.
// uses: lib/step-state
const QUAD_WORDS = 2u;
const PAIR_WORDS = 1u;
alias KvQuad = vec2u;                                              // four neighbouring elements
fn unpack_quad(quad : KvQuad) -> vec4f { return vec4f(unpack2x16float(quad.x), unpack2x16float(quad.y)); }
fn quad_word(quad : KvQuad, word : u32) -> u32 { return quad[word & 1u]; }

// What unpacked elements of a slot's key and value are to be multiplied with: nothing here.
const SCALES = 0u;
fn key_scale(page : u32, kv_head : u32, slot : u32) -> f32 { return 1.0; }
fn value_scale(page : u32, kv_head : u32, slot : u32) -> f32 { return 1.0; }

const LARGEST_BITS = 0x477fe000u;                                  // 65504: what is larger, or no number, cannot be stored
fn power_of_two(exponent : i32) -> f32 { return bitcast<f32>(u32(127 + exponent) << 23u); }
fn key_exponent(layer : u32, kv_head : u32) -> i32 { return bitcast<i32>(range_word(layer, kv_head) << 16u) >> 16u; }
fn value_exponent(layer : u32, kv_head : u32) -> i32 { return bitcast<i32>(range_word(layer, kv_head)) >> 16u; }
fn key_factor(layer : u32, kv_head : u32) -> f32 { return power_of_two(key_exponent(layer, kv_head)); }
fn value_factor(layer : u32, kv_head : u32) -> f32 { return power_of_two(value_exponent(layer, kv_head)); }
fn query_factor(layer : u32, kv_head : u32) -> f32 { return power_of_two(-key_exponent(layer, kv_head)); }
fn sum_factor(layer : u32, kv_head : u32) -> f32 { return power_of_two(-value_exponent(layer, kv_head)); }

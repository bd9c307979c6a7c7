// Keys and values as f16, two to a word; no adapter feature is needed.
const QUAD_WORDS = 2u;
const PAIR_WORDS = 1u;
alias KvQuad = vec2u;                                              // four neighbouring elements
fn unpack_quad(quad : KvQuad) -> vec4f { return vec4f(unpack2x16float(quad.x), unpack2x16float(quad.y)); }
fn quad_word(quad : KvQuad, word : u32) -> u32 { return quad[word & 1u]; }

// What unpacked elements of a slot's key and value are to be multiplied with: nothing here.
const SCALES = 0u;
fn key_scale(page : u32, kv_head : u32, slot : u32) -> f32 { return 1.0; }
fn value_scale(page : u32, kv_head : u32, slot : u32) -> f32 { return 1.0; }

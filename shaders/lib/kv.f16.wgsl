// Keys and values as f16, two to a word; no adapter feature is needed.
const PAIR_WORDS = 1u;
alias KvQuad = vec2u;                                              // four neighbouring elements
fn unpack_quad(quad : KvQuad) -> vec4f { return vec4f(unpack2x16float(quad.x), unpack2x16float(quad.y)); }
fn quad_word(quad : KvQuad, word : u32) -> u32 { return quad[word & 1u]; }

// Keys and values as f32.
const PAIR_WORDS = 2u;
alias KvQuad = vec4u;                                              // four neighbouring elements
fn unpack_quad(quad : KvQuad) -> vec4f { return bitcast<vec4f>(quad); }
fn quad_word(quad : KvQuad, word : u32) -> u32 { return quad[word & 3u]; }

// Reads two neighbouring elements of the cache, stored as f16 in one word.
fn load_pair(word : u32) -> vec2f { return unpack2x16float(cache[word]); }

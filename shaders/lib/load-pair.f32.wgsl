// Reads two neighbouring elements of the cache, stored as f32 in two words.
fn load_pair(word : u32) -> vec2f { return vec2f(bitcast<f32>(cache[word]), bitcast<f32>(cache[word + 1u])); }

// Writes two neighbouring elements of the cache as f32.
fn store_pair(word : u32, pair : vec2f) {
  cache[word] = bitcast<u32>(pair.x);
  cache[word + 1u] = bitcast<u32>(pair.y);
}

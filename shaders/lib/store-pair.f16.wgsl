// Writes two neighbouring elements of the cache as f16 in one word. Kept inside f16's finite range, which roundings of a turned key may leave.
fn store_pair(word : u32, pair : vec2f) { cache[word] = pack2x16float(clamp(pair, vec2f(-65504.0), vec2f(65504.0))); }

// Philox4x32-10 (Salmon et al., SC'11), as src/core/rng.ts: a draw depends only on (lane, position, stream) and the seed.

// The high word of a 32 x 32 bit product, from four 16-bit products: WGSL has no 64-bit integers.
fn multiply_high(a : u32, b : u32) -> u32 {
  let low = (a & 0xffffu) * (b & 0xffffu);
  let middle = (a >> 16u) * (b & 0xffffu) + (low >> 16u);
  let other = (a & 0xffffu) * (b >> 16u) + (middle & 0xffffu);
  return (a >> 16u) * (b >> 16u) + (middle >> 16u) + (other >> 16u);
}

// Four words for a counter and the key (seed, 0).
fn philox_words(start : vec4u, seed : u32) -> vec4u {
  var counter = start;
  var key = vec2u(seed, 0u);
  for (var round = 0u; round < 10u; round++) {
    let high0 = multiply_high(counter.x, 0xd2511f53u);
    let high1 = multiply_high(counter.z, 0xcd9e8d57u);
    counter = vec4u(high1 ^ counter.y ^ key.x, counter.z * 0xcd9e8d57u, high0 ^ counter.w ^ key.y, counter.x * 0xd2511f53u);
    key += vec2u(0x9e3779b9u, 0xbb67ae85u);
  }
  return counter;
}

// The first word for the counter (lane, position, stream, 0).
fn philox(lane : u32, position : u32, stream : u32, seed : u32) -> u32 { return philox_words(vec4u(lane, position, stream, 0u), seed).x; }

// Threefry4x32-20 (Salmon et al., SC'11): random words for a counter and a seed, as lib/philox has them, by additions,
// rotations and exclusive ors. Philox needs upper halves of products, which WGSL has not: where every slot draws this is cheaper.

fn rotated(words : vec2u, by : vec2u) -> vec2u { return (words << by) | (words >> (32u - by)); }

// Two rounds, of (x, y) with (z, w), then of (x, w) with (z, y).
fn threefry_rounds(words : vec4u, first : vec2u, second : vec2u) -> vec4u {
  let even = words.xz + words.yw;
  let mixed = rotated(words.yw, first) ^ even;
  let odd = even + mixed.yx;
  let last = rotated(mixed.yx, second) ^ odd;
  return vec4u(odd.x, last.y, odd.y, last.x);
}

fn threefry_four(words : vec4u) -> vec4u { return threefry_rounds(threefry_rounds(words, vec2u(10u, 26u), vec2u(11u, 21u)), vec2u(13u, 27u), vec2u(23u, 5u)); }

fn threefry_next_four(words : vec4u) -> vec4u {
  return threefry_rounds(threefry_rounds(words, vec2u(6u, 20u), vec2u(17u, 11u)), vec2u(25u, 10u), vec2u(18u, 20u));
}

// Four words for a counter and the key (seed, 0, 0, 0).
fn threefry_words(counter : vec4u, seed : u32) -> vec4u {
  let parity = 0x1bd11bdau ^ seed;
  var words = threefry_four(counter + vec4u(seed, 0u, 0u, 0u)) + vec4u(0u, 0u, 0u, parity + 1u);
  words = threefry_next_four(words) + vec4u(0u, 0u, parity, seed + 2u);
  words = threefry_four(words) + vec4u(0u, parity, seed, 3u);
  words = threefry_next_four(words) + vec4u(parity, seed, 0u, 4u);
  return threefry_four(words) + vec4u(seed, 0u, 0u, 5u);
}

// Noise from random words, by u = ((word >> 9) + 0.5) * 2^-23: exact in f32 and inside (0, 1), as src/core/rng.ts has it.

// -log2(x) of a normal x > 0, as right near 1 as elsewhere, where log2() may lose every digit: -log2 of the mantissa m in
// [sqrt(1/2), sqrt(2)) is 2 artanh(z) / ln(2), z = (1 - m) / (1 + m). The polynomial is off by 1.5e-7 of the whole at most.
fn minus_log2(x : f32) -> f32 {
  let bits = bitcast<u32>(x);
  let exponent = bitcast<i32>(bits - 0x3f3504f3u) >> 23u;
  let m = bitcast<f32>(bits - (bitcast<u32>(exponent) << 23u));
  let z = (1.0 - m) / (1.0 + m);
  let q = z * z;
  return z * (2.88539 + q * (0.9616369 + q * 0.5944325)) - f32(exponent);
}

fn unit_of(word : u32) -> f32 { return (f32(word >> 9u) + 0.5) * 0x1p-23; }

// -ln(u).
fn exponential_noise(word : u32) -> f32 { return log(2.0) * minus_log2(unit_of(word)); }

// Standard Gumbel noise, -ln(-ln(u)), between GUMBEL_MIN and GUMBEL_MAX: u in [2^-24, 1 - 2^-24] gives [-2.8115, 16.6356].
const GUMBEL_MIN = -2.82;
const GUMBEL_MAX = 16.64;
fn gumbel_noise(word : u32) -> f32 { return log(2.0) * minus_log2(exponential_noise(word)); }

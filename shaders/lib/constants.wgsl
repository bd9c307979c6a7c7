// Numbers that many kernels need, and which values are any. Their bits are looked at: compilers may take NaN and infinity for impossible.
const LOWEST = -3.0e38;                     // below every score, and far enough from the least f32 to be subtracted from
const LOG2_E = 1.4426950408889634;
const LN_2 = 0.6931471805599453;
const NO_NUMBER = 3.4028234e38;             // stands for logits that are NaN or infinite where maxima are taken: max() may drop a NaN
fn is_number(value : f32) -> bool { return (bitcast<u32>(value) & 0x7f800000u) != 0x7f800000u; }

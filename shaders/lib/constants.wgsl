// Numbers that many kernels need.
const LOWEST = -3.0e38;                     // below every score, and far enough from the least f32 to be subtracted from
const LOG2_E = 1.4426950408889634;
const LN_2 = 0.6931471805599453;

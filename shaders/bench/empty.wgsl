// One workgroup that does next to nothing, but depends on the one before: what a dispatch costs.
struct Params { step : u32 }
@group(0) @binding(0) var<uniform> params : Params;
@group(0) @binding(1) var<storage, read_write> count : array<u32>;  // [4]; one is used

@compute @workgroup_size(1)
fn main() { count[0] += params.step; }

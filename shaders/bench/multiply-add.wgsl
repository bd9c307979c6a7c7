// Multiply-adds in registers and nothing else: CHAINS independent ones a thread, UNROLL of each in a round.
// constants: THREADS, CHAINS, UNROLL
struct Params { rounds : u32, scale : f32, offset : f32 }
@group(0) @binding(0) var<uniform> params : Params;
@group(0) @binding(1) var<storage, read_write> sums : array<f32>;   // [threads]

@compute @workgroup_size(THREADS)
fn main(@builtin(global_invocation_id) id : vec3u) {
  let start = f32(id.x & 255u) / 256.0;
#for c in CHAINS
  var chain$c = start + f32($c);
#end
  for (var round = 0u; round < params.rounds; round++) {
#for u in UNROLL
#for c in CHAINS
    chain$c = chain$c * params.scale + params.offset;
#end
#end
  }
  var sum = 0.0;
#for c in CHAINS
  sum += chain$c;
#end
  sums[id.x] = sum;
}

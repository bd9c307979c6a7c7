// Reads a buffer once and adds it up: the rate at which this adapter can stream. Thread t reads quads t, t + threads, …,
// so that neighbouring threads read neighbouring quads, and has LOADS of them under way.
// constants: THREADS, LOADS
struct Params { quads : u32, threads : u32 }
@group(0) @binding(0) var<uniform> params : Params;
@group(0) @binding(1) var<storage, read> source : array<vec4u>;     // [quads], a multiple of threads * LOADS
@group(0) @binding(2) var<storage, read_write> sums : array<u32>;   // [threads]

@compute @workgroup_size(THREADS)
fn main(@builtin(global_invocation_id) id : vec3u) {
  let t = id.x;
  var sum = vec4u(0u);
  for (var i = t; i < params.quads; i += params.threads * LOADS) {
#for l in LOADS
    let quad$l = source[i + $lu * params.threads];
#end
#for l in LOADS
    sum += quad$l;
#end
  }
  sums[t] = sum.x + sum.y + sum.z + sum.w;
}

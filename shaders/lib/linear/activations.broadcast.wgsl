enable subgroups;
diagnostic(off, subgroup_uniformity);
// Each lane reads HOLDS of the 8 quads of a block and hands them to the others. The workgroup is whole subgroups of at
// least HOLD_LANES = 8 / HOLDS lanes, all on the same block.
// uses: lib/linear/*
// constants: HOLD_LANES
fn hold_quad(hold : u32, lane : u32) -> u32 { return hold * HOLD_LANES + (lane & (HOLD_LANES - 1u)); }
#for l in HOLD_LANES
fn handed$l(quad : Input) -> Input { return subgroupBroadcast(quad, $lu); }
#end
// The three parts of a block of an int8 row: a lane reads one of them.
fn hold_part(column : u32, at : u32, lane : u32) -> Input { return input(column, at + min(lane & (HOLD_LANES - 1u), 2u)); }
#for p in 3
fn part$p(held : Input, column : u32, at : u32) -> Input { return subgroupBroadcast(held, $pu); }
#end
// Lanes beyond HOLD_LANES hold copies.
fn squares_of(sum : f32, lane : u32) -> f32 { return subgroupAdd(select(0.0, sum, lane < HOLD_LANES)); }

@compute @workgroup_size(THREADS)
fn main(
  @builtin(workgroup_id) group : vec3u, @builtin(num_workgroups) groups : vec3u,
  @builtin(local_invocation_index) index : u32, @builtin(subgroup_invocation_id) lane : u32,
) {
  run(group.x + group.y * groups.x, group.z, index, lane);
}

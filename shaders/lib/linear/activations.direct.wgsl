// Every lane reads each quad of the activations itself (HOLDS = 8, HOLD_LANES = 1); neighbouring lanes share the load.
// uses: lib/linear/*
fn hold_quad(hold : u32, lane : u32) -> u32 { return hold; }
fn handed0(quad : Input) -> Input { return quad; }
// The three parts of a block of an int8 row.
fn hold_part(column : u32, at : u32, lane : u32) -> Input { return Input(); }
#for p in 3
fn part$p(held : Input, column : u32, at : u32) -> Input { return input(column, at + $pu); }
#end
fn squares_of(sum : f32, lane : u32) -> f32 { return sum; }

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group : vec3u, @builtin(num_workgroups) groups : vec3u, @builtin(local_invocation_index) index : u32) {
  run(group.x + group.y * groups.x, group.z, index, 0u);
}

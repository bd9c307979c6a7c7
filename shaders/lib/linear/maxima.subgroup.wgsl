enable subgroups;
diagnostic(off, subgroup_uniformity);
// The largest of every thread's values; the workgroup is one subgroup.
fn group_maximum(largest : f32, column : u32, index : u32) -> f32 { return subgroupMax(largest); }

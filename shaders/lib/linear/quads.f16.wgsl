enable f16;
// Four values of a tile in f16: half the workgroup memory and its bandwidth. Four products are added in f16, all else in
// f32. Clamped, since f16 ends at 65504 and an infinity would spoil the row.
alias Quad = vec4<f16>;
fn quad_of(values : vec4f) -> Quad { return Quad(clamp(values, vec4f(-65504.0), vec4f(65504.0))); }
fn quad_dot(a : Quad, b : Quad) -> f32 { return f32(dot(a, b)); }

enable f16;
// Four values of a tile in f16: half the workgroup memory and its bandwidth. Four products are added in f16, all else in f32.
// Inputs and weights are scaled by powers of two that keep sums of four products within f16 (engine/load/half-scales); what is
// no number stays none, so that it is seen at the step's end.
alias Quad = vec4<f16>;
fn input_quad(values : vec4f) -> Quad { return Quad(values * params.x_scale); }
fn weight_quad(values : vec4f) -> Quad { return Quad(values * params.w_scale); }
fn quad_dot(a : Quad, b : Quad) -> f32 { return f32(dot(a, b)); }
fn unscaled(sums : vec4f) -> vec4f { return sums * params.y_scale; }

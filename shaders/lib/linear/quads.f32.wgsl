// Four values of a tile in f32.
alias Quad = vec4f;
fn input_quad(values : vec4f) -> Quad { return values; }
fn weight_quad(values : vec4f) -> Quad { return values; }
fn quad_dot(a : Quad, b : Quad) -> f32 { return dot(a, b); }
fn unscaled(sums : vec4f) -> vec4f { return sums; }

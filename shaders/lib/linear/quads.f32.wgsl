// Four values of a tile in f32.
alias Quad = vec4f;
fn quad_of(values : vec4f) -> Quad { return values; }
fn quad_dot(a : Quad, b : Quad) -> f32 { return dot(a, b); }

// y = act(G n) * (U n), n = RMSNorm(x) with NORM, else x as it is. Rows of G and U alternate: row 2 i is G's, 2 i + 1 U's row i.
// The norm is folded in: W (g * x) / rms(x), with the squares summed while x streams by.
// main: lib/linear/*
// uses: lib/activation.*, lib/linear/*
// constants: NORM
struct Params { blocks : u32, outputs : u32, columns : u32, x_scale : f32, w_scale : f32, y_scale : f32, epsilon : f32, gain_at : u32 }
@group(0) @binding(0) var<uniform> params : Params;
@group(0) @binding(1) var<storage, read> codes : array<vec4u>;        // lib/weights/layout
@group(0) @binding(2) var<storage, read> aux : array<u32>;            // lib/weights/layout
@group(0) @binding(3) var<storage, read> x : array<Input>;            // [columns, blocks * INPUT_BLOCK]
@group(0) @binding(4) var<storage, read> vectors : array<vec4f>;      // norm weights at gain_at
@group(0) @binding(5) var<storage, read_write> y : array<f32>;        // [columns, outputs / 2]

fn active_columns() -> u32 { return params.columns; }
fn input(column : u32, at : u32) -> Input { return x[column * (params.blocks * INPUT_BLOCK) + at]; }
fn gain_of(quad : u32) -> vec4f { if (NORM) { return vectors[params.gain_at + quad]; } return vec4f(1.0); }
fn norm_scale(square : f32) -> f32 { return inverseSqrt(square + params.epsilon); }
fn finish_pair(output : u32, column : u32, values : vec2f) {
  y[column * (params.outputs / 2u) + output / 2u] = activated(values.x) * values.y;
}
fn finish_group(first_output : u32, first_column : u32, index : u32) {}

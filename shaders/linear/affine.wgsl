// y = factor act(W x + b), y += that with RESIDUAL, or y *= that with MULTIPLY: products with a bias, an activation or a factor
// in the epilogue, where linear/project has none.
// main: lib/linear/*
// uses: lib/activation.*, lib/linear/bias.*, lib/linear/*
// constants: RESIDUAL, MULTIPLY
struct Params {
  blocks : u32, outputs : u32, columns : u32, x_scale : f32, w_scale : f32, y_scale : f32, bias_at : u32, factor : f32,
}
@group(0) @binding(0) var<uniform> params : Params;
@group(0) @binding(1) var<storage, read> codes : array<vec4u>;        // lib/weights/layout
@group(0) @binding(2) var<storage, read> aux : array<u32>;            // lib/weights/layout
@group(0) @binding(3) var<storage, read> x : array<Input>;            // [columns, blocks * INPUT_BLOCK]
@group(0) @binding(4) var<storage, read> vectors : array<vec4f>;      // the bias [outputs] at bias_at
@group(0) @binding(5) var<storage, read_write> y : array<vec2f>;      // [columns, outputs / 2]

fn active_columns() -> u32 { return params.columns; }
fn input(column : u32, at : u32) -> Input { return x[column * (params.blocks * INPUT_BLOCK) + at]; }
fn gain_of(quad : u32) -> vec4f { return vec4f(1.0); }
fn norm_scale(square : f32) -> f32 { return 1.0; }
fn finish_pair(output : u32, column : u32, values : vec2f) {
  let at = (column * params.outputs + output) / 2u;
  let sum = biased(values, output);
  let result = params.factor * vec2f(activated(sum.x), activated(sum.y));
  if (RESIDUAL) { y[at] += result; } else if (MULTIPLY) { y[at] *= result; } else { y[at] = result; }
}
fn finish_group(first_output : u32, first_column : u32, index : u32) {}

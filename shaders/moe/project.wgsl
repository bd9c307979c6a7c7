// y = W x of the expert that each batch row goes to: column c reads row c / SHARE. Experts lie below each other.
// main: lib/linear/*
// uses: lib/linear/*
// constants: SHARE
struct Params { blocks : u32, outputs : u32, columns : u32 }
@group(0) @binding(0) var<uniform> params : Params;
@group(0) @binding(1) var<storage, read> codes : array<vec4u>;        // lib/weights/layout
@group(0) @binding(2) var<storage, read> aux : array<u32>;            // lib/weights/layout
@group(0) @binding(3) var<storage, read> x : array<Input>;            // [columns / SHARE, blocks * INPUT_BLOCK]
@group(0) @binding(4) var<storage, read> routes : array<vec2u>;       // [columns]: moe/route
@group(0) @binding(5) var<storage, read_write> y : array<vec2f>;      // [columns, outputs / 2]

fn weights_from(column : u32) -> u32 { return routes[column].x * params.outputs; }
fn active_columns() -> u32 { return params.columns; }
fn input(column : u32, at : u32) -> Input { return x[column / SHARE * (params.blocks * INPUT_BLOCK) + at]; }
fn gain_of(quad : u32) -> vec4f { return vec4f(1.0); }
fn norm_scale(square : f32) -> f32 { return 1.0; }
fn finish_pair(output : u32, column : u32, values : vec2f) { y[(column * params.outputs + output) / 2u] = values; }
fn finish_group(first_output : u32, first_column : u32, index : u32) {}

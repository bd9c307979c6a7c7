// Logits of the logit rows: W n, n = RMSNorm(x) with NORM, else x as it is, shaped as the network wants them (lib/logits.*);
// penalised, and with MAXIMA the largest of every 64 ids, which the sampler scans instead of the vocabulary: NO_NUMBER where
// one of them is none. A head larger than a binding is a few shards: this one's ids begin at first_id.
// main: lib/linear/*
// uses: lib/constants, lib/step-state, lib/penalties, lib/logits.*, lib/linear/*
// constants: COLUMNS, NORM, VOCAB, MAXIMA
struct Params {
  blocks : u32, outputs : u32, columns : u32, x_scale : f32, w_scale : f32, y_scale : f32, epsilon : f32, first_id : u32, gain_at : u32,
  bias_at : u32, factor : f32, cap : f32,
}
@group(0) @binding(0) var<uniform> params : Params;
@group(0) @binding(1) var<storage, read> codes : array<vec4u>;        // lib/weights/layout
@group(0) @binding(2) var<storage, read> aux : array<u32>;            // lib/weights/layout
@group(0) @binding(3) var<storage, read> x : array<Input>;            // [rows, blocks * INPUT_BLOCK]
@group(0) @binding(4) var<storage, read> vectors : array<vec4f>;      // norm weights at gain_at; lib/logits.shaped
@group(0) @binding(5) var<storage, read> state : array<u32>;          // lib/step-state
@group(0) @binding(6) var<storage, read> counts : array<u32>;         // lib/penalties
@group(0) @binding(7) var<storage, read_write> logits : array<f32>;   // [columns, VOCAB]
@group(0) @binding(8) var<storage, read_write> block_max : array<f32>; // [columns, ceil(VOCAB / 64)]

#for c in COLUMNS
var<private> largest$c : f32 = LOWEST;                                // of this thread's outputs
#end

fn active_columns() -> u32 { return min(params.columns, logit_row_count()); }
fn input(column : u32, at : u32) -> Input { return x[logit_row(column) * (params.blocks * INPUT_BLOCK) + at]; }
fn gain_of(quad : u32) -> vec4f { if (NORM) { return vectors[params.gain_at + quad]; } return vec4f(1.0); }
fn norm_scale(square : f32) -> f32 { return inverseSqrt(square + params.epsilon); }
fn finish_pair(output : u32, column : u32, values : vec2f) {
  if (column >= active_columns()) { return; }
  let id = params.first_id + output;
  let sequence = logit_row_sequence(column);
  let at = column * VOCAB + id;
  let first = penalise(shaped(values.x, id), sequence, id);
  var largest = select(NO_NUMBER, first, is_number(first));
  logits[at] = first;
  if (output + 1u < params.outputs) {
    let second = penalise(shaped(values.y, id + 1u), sequence, id + 1u);
    logits[at + 1u] = second;
    largest = max(largest, select(NO_NUMBER, second, is_number(second)));
  }
#for c in COLUMNS
  if (MAXIMA && column % COLUMNS == $cu) { largest$c = max(largest$c, largest); }
#end
}
fn finish_group(first_output : u32, first_column : u32, index : u32) {
  if (!MAXIMA) { return; }
  let block = (params.first_id + first_output) / 64u;
#for c in COLUMNS
  {
    let largest = group_maximum(largest$c, $cu, index);
    if (index == 0u && first_column + $cu < active_columns()) {
      block_max[(first_column + $cu) * ((VOCAB + 63u) / 64u) + block] = largest;
    }
  }
#end
}

import type { GpuArray } from '../gpu/array.ts';
import type { PlanRecorder } from '../gpu/plan.ts';
import { quantizeAppend, quantizeAppendConstants } from '../kernels/cache/quantize-append.ts';
import { quantizeRows } from '../kernels/elementwise/quantize-rows.ts';
import { siluMul } from '../kernels/elementwise/silu-mul.ts';
import { embed } from '../kernels/elementwise/embed.ts';
import { gateUp } from '../kernels/linear/gate-up.ts';
import { head } from '../kernels/linear/head.ts';
import { project } from '../kernels/linear/project.ts';
import { qkv } from '../kernels/linear/qkv.ts';
import { MATVEC_ROWS, type TunedMatrix } from '../kernels/linear/tuned-matrix.ts';
import { linearConstants, linearParams } from '../kernels/linear/variant.ts';
import { rmsNorm, rmsNormThreads, type NormOutput } from '../kernels/norm/rms-norm.ts';
import { BLOCK, weightConstants } from '../kernels/weights/format.ts';
import type { LayerWeights } from './network.ts';
import type { StepContext, StepShape } from './step.ts';

/** Appends the dispatches of one step of a Llama-family network, from token ids to logits. */
export function encodeLlama(recorder: PlanRecorder, context: StepContext, shape: StepShape): void {
  const { weights, activations, state } = context;
  const { config, vectors } = weights;
  const { rows } = shape;
  const fused = rows <= MATVEC_ROWS;
  const epsilon = config.normEpsilon;

  const linear = (tuned: TunedMatrix, count: number, norm: boolean, isHead = false) => {
    const variant = context.variantOf(tuned, count, isHead);
    return {
      constants: linearConstants(tuned.matrix, variant, norm),
      variant: { type: tuned.matrix.type, shape: variant },
      weights: { codes: tuned.matrix.codes, aux: tuned.matrix.aux },
    };
  };
  /** How `count` rows must be stored for this matrix. */
  const inputOf = (tuned: TunedMatrix, count: number): NormOutput =>
    context.variantOf(tuned, count, false).activations === 'int8' ? 'int8' : 'f32';
  /** Writes normalised copies of the hidden rows, one for each way in which `readers` take them. */
  const normalise = (gainAt: number, readers: readonly NormOutput[], label: string): Record<NormOutput, GpuArray> => {
    const copies = { f32: activations.normed, int8: activations.int8 };
    for (const output of new Set(readers))
      recorder.add(
        label,
        rmsNorm.call({
          params: { epsilon, gain_at: gainAt, rows },
          constants: { HIDDEN: config.hidden, THREADS: rmsNormThreads(config.hidden) },
          variant: output,
          bindings: { state, x: activations.hidden, gain: vectors, y: copies[output] },
        }),
      );
    return copies;
  };
  /** Rows to multiply: the hidden rows where the matvec normalises them itself, else a normalised copy. */
  const normed = (gainAt: number, readers: readonly TunedMatrix[], label: string): Record<NormOutput, GpuArray> =>
    fused
      ? { f32: activations.hidden, int8: activations.hidden }
      : normalise(
          gainAt,
          readers.map((tuned) => inputOf(tuned, rows)),
          label,
        );
  const projected = (tuned: TunedMatrix, x: GpuArray, y: GpuArray, residual: boolean, label: string): void => {
    const { constants, variant, weights: bound } = linear(tuned, rows, false);
    let input = x;
    if (inputOf(tuned, rows) === 'int8') {
      input = activations.int8;
      recorder.add(
        `${label}.int8`,
        quantizeRows.call({
          params: { blocks: (rows * tuned.matrix.columns) / BLOCK },
          constants: {},
          variant: undefined,
          bindings: { x, y: input },
        }),
      );
    }
    recorder.add(
      label,
      project.call({
        params: { ...linearParams(tuned.matrix), columns: rows },
        constants: { ...constants, RESIDUAL: residual },
        variant,
        bindings: { ...bound, x: input, y },
      }),
    );
  };

  for (const { matrix, firstRow } of weights.embedding)
    recorder.add(
      'embed',
      embed.call({
        params: { ...linearParams(matrix), first_id: firstRow, scale: config.embeddingScale },
        constants: { ...weightConstants(matrix.type, matrix.rowTile) },
        variant: { type: matrix.type, rows },
        bindings: { codes: matrix.codes, aux: matrix.aux, state, y: activations.hidden },
      }),
    );

  const encodeLayer = (layer: LayerWeights, index: number): void => {
    const view = context.layers[index]!;
    const { qHeads, kvHeads, headDim, rope } = config.layers[index]!;
    const x = normed(layer.attentionNormAt, layer.qkv, 'layer.norm');
    for (const part of layer.qkv) {
      const { constants, variant, weights: bound } = linear(part, rows, fused);
      recorder.add(
        'layer.qkv',
        qkv.call({
          params: {
            ...linearParams(part.matrix),
            columns: rows,
            epsilon,
            layer: index,
            first_row: part.firstRow,
            gain_at: layer.attentionNormAt,
            turns_at: layer.turnsAt,
          },
          constants: { ...constants, Q_HEADS: qHeads, KV_HEADS: kvHeads, HEAD_DIM: headDim, ROPE_PAIRS: rope.dims / 2 },
          variant: { ...variant, kv: view.kv },
          bindings: {
            ...bound,
            x: x[inputOf(part, rows)],
            vectors,
            state,
            query: activations.query,
            cache: view.kv === 'q8' ? activations.staging : view.cache,
          },
        }),
      );
    }
    if (view.kv === 'q8')
      recorder.add(
        'layer.append',
        quantizeAppend.call({
          params: { layer: index, rows },
          constants: quantizeAppendConstants(kvHeads, headDim),
          variant: undefined,
          bindings: { state, staging: activations.staging, cache: view.cache },
        }),
      );
    context.attention.encode(
      recorder,
      view,
      { query: activations.query, output: activations.attention, partials: activations.partials, lse: activations.lse },
      { rows, lengthBucket: shape.lengthBucket, methods: shape.methods },
    );
    projected(layer.output, activations.attention, activations.hidden, true, 'layer.output');
    if ('matrix' in layer.gateUp) {
      const n = normed(layer.ffnNormAt, [layer.gateUp], 'layer.norm');
      const { constants, variant, weights: bound } = linear(layer.gateUp, rows, fused);
      recorder.add(
        'layer.gate-up',
        gateUp.call({
          params: { ...linearParams(layer.gateUp.matrix), columns: rows, epsilon, gain_at: layer.ffnNormAt },
          constants,
          variant,
          bindings: { ...bound, x: n[inputOf(layer.gateUp, rows)], vectors, y: activations.ffn },
        }),
      );
    } else gateAndUp(layer.gateUp.gate, layer.gateUp.up, layer.ffnNormAt);
    projected(layer.down, activations.ffn, activations.hidden, true, 'layer.down');
  };
  weights.layers.forEach((layer, index) => recorder.inLayer(index, () => encodeLayer(layer, index)));

  if (shape.logitRows > 0) encodeHead();

  /** Gate and up of different types: two matvecs of a normalised copy, then silu(gate) * up. */
  function gateAndUp(gate: TunedMatrix, up: TunedMatrix, gainAt: number): void {
    normalise(gainAt, ['f32'], 'layer.norm');
    projected(gate, activations.normed, activations.gate, false, 'layer.gate');
    projected(up, activations.normed, activations.ffn, false, 'layer.up');
    recorder.add(
      'layer.silu-mul',
      siluMul.call({
        params: { count: rows * gate.matrix.outputs },
        constants: {},
        variant: undefined,
        bindings: { gate: activations.gate, y: activations.ffn },
      }),
    );
  }

  function encodeHead(): void {
    const { logitRows, maxima } = shape;
    const foldNorm = logitRows <= MATVEC_ROWS;
    const inputs = weights.head.map((part) => inputOf(part, logitRows));
    const x = foldNorm ? undefined : normalise(weights.finalNormAt, inputs, 'head.norm');
    for (const part of weights.head) {
      const { constants, variant, weights: bound } = linear(part, logitRows, foldNorm, true);
      recorder.add(
        'head',
        head.call({
          params: {
            ...linearParams(part.matrix),
            columns: logitRows,
            epsilon,
            first_id: part.firstRow,
            gain_at: weights.finalNormAt,
          },
          constants: { ...constants, VOCAB: config.vocab, MAXIMA: maxima },
          variant,
          bindings: {
            ...bound,
            x: x ? x[inputOf(part, logitRows)] : activations.hidden,
            vectors,
            state,
            counts: activations.counts,
            logits: activations.logits,
            block_max: activations.blockMax,
          },
        }),
      );
    }
  }
}

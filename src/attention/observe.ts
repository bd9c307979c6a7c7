import { ceilDiv } from '../core/invariant.ts';
import type { PlanRecorder } from '../gpu/plan.ts';
import {
  columnSums,
  columnSumsConstants,
  observeLines,
  type ColumnSumsShape,
} from '../kernels/attention/column-sums.ts';
import { noisyLse } from '../kernels/attention/noisy-lse.ts';
import { PAGE_SLOTS } from '../kernels/cache-layout.ts';
import { layerConstants, scaleOf, type LayerObservation, type LayerView } from '../kernels/layer-view.ts';
import type { AttentionArrays, AttentionShape } from './backend.ts';

/**
 * Records what notes down the mass of a step in which sequences may have several rows; it goes after the layer's attention,
 * whose log-sums it reads.
 */
export function encodeColumnSums(
  recorder: PlanRecorder,
  layer: LayerView,
  { mass, noisyLse: noisySums }: LayerObservation,
  { query, lse }: AttentionArrays,
  { rows, lengthBucket }: AttentionShape,
  cut: ColumnSumsShape,
): void {
  const { kv, state, cache, stepLayout } = layer;
  const noise = noisySums !== undefined;
  const params = { scale: scaleOf(layer), layer: layer.layer };
  if (noisySums)
    recorder.add(
      'attention-noise',
      noisyLse.call({
        params: { ...params, rows },
        constants: { ...layerConstants(layer), LINES: observeLines(layer.groupSize), PARTS: cut.parts },
        variant: { kv },
        bindings: { state, query, cache, lse, log_sums: noisySums },
      }),
    );
  recorder.add(
    'attention-mass',
    columnSums.call({
      params: { ...params, tiles: ceilDiv(lengthBucket, PAGE_SLOTS), sequences: stepLayout.maxSequences },
      constants: { ...layerConstants(layer), ...columnSumsConstants(cut, layer, noise) },
      variant: { kv, noise },
      bindings: { state, query, cache, log_sums: noisySums ?? lse, mass },
    }),
  );
}

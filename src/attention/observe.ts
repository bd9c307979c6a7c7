import type { PlanRecorder } from '../gpu/plan.ts';
import {
  columnSums,
  columnSumsConstants,
  columnSumsLanes,
  observeLines,
  type ColumnSumsShape,
} from '../kernels/attention/column-sums.ts';
import { listedMass } from '../kernels/attention/listed-mass.ts';
import { lanesConstants } from '../kernels/attention/prefill-lanes.ts';
import { noisyLse } from '../kernels/attention/noisy-lse.ts';
import type { ScoreNoise } from '../kernels/attention/observed.ts';
import { massBuffer } from '../kernels/aux-buffer.ts';
import { PAGE_SLOTS } from '../kernels/cache-layout.ts';
import { layerConstants, scaleOf, type LayerObservation, type LayerView } from '../kernels/layer-view.ts';
import { ceilDiv, invariant } from '../core/invariant.ts';
import type { GpuArray } from '../gpu/array.ts';
import type { AttentionArrays, AttentionShape, MethodArrays } from './backend.ts';

/**
 * Records what notes down the mass of a step in which sequences may have several rows; it goes after the layer's attention,
 * whose log-sums it reads.
 */
export function encodeColumnSums(
  recorder: PlanRecorder,
  layer: LayerView,
  { mass, noise }: LayerObservation,
  { query, lse }: AttentionArrays,
  { rows, lengthBucket, masked }: AttentionShape,
  cut: ColumnSumsShape,
): void {
  const { kv, state, cache, sequences } = layer;
  const params = { scale: scaleOf(layer), layer: layer.layer };
  if (noise)
    recorder.add(
      'attention-noise',
      noisyLse.call({
        params: { ...params, rows },
        constants: {
          ...layerConstants(layer, masked),
          LINES: observeLines(layer.groupSize),
          PARTS: cut.core === 'slots' ? cut.parts : 1,
        },
        variant: { kv, noise },
        bindings: { state, query, cache, lse, log_sums: noise.lse },
      }),
    );
  const sums = {
    params: { ...params, tiles: ceilDiv(lengthBucket, PAGE_SLOTS), sequences },
    variant: { kv, noise },
    bindings: { state, query, cache, log_sums: noise?.lse ?? lse, mass },
  };
  const constants = layerConstants(layer, masked);
  recorder.add(
    'attention-mass',
    cut.core === 'slots'
      ? columnSums.call({
          ...sums,
          constants: { ...constants, ...columnSumsConstants(cut, layer, noise !== undefined) },
        })
      : columnSumsLanes.call({ ...sums, constants: { ...constants, ...lanesConstants(cut.lanes, layer.headDim) } }),
  );
}

export interface ListedMassShape {
  readonly rows: number;
  readonly capacity: number;
  /** Which rows it is for: those whose `row_select` is this. */
  readonly kind: number;
  readonly masked: boolean;
  readonly noise: ScoreNoise | undefined;
}

/** Records what notes down the mass of rows that read listed slots; it goes behind their attention. */
export function encodeListedMass(
  recorder: PlanRecorder,
  layer: LayerView,
  query: GpuArray,
  { scores, selected, aux }: MethodArrays,
  { rows, capacity, kind, masked, noise }: ListedMassShape,
): void {
  const mass = aux(massBuffer);
  invariant(mass !== undefined, () => 'nothing is observed');
  const { kv, state, cache } = layer;
  recorder.add(
    'attention-listed-mass',
    listedMass.call({
      params: { scale: scaleOf(layer), layer: layer.layer, kind, rows, capacity },
      constants: layerConstants(layer, masked),
      variant: { kv, noise },
      bindings: { state, query, cache, selected, scores, mass },
    }),
  );
}

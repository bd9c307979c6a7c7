import { massBuffer } from '../kernels/aux-buffer.ts';
import type { LayerObservation } from '../kernels/layer-view.ts';
import type { AttentionBackend, MethodArrays, StepMethods } from './backend.ts';
import type { ListedAttention } from './listed.ts';
import { encodeListedMass } from './observe.ts';

/**
 * Attention with the methods of a step's rows: those that select read what their selection lists, the others all that is
 * visible; attention to all notes down what policies observe. Each kernel leaves the rows of the others alone.
 */
export const withMethods = (dense: AttentionBackend, listed: ListedAttention): AttentionBackend => ({
  encode(recorder, layer, arrays, shape) {
    const { methods } = shape;
    if (!methods) {
      dense.encode(recorder, layer, arrays, shape);
      return;
    }
    const { capacity } = methods;
    const { selections, selecting, noting, full, masked, observer, noise } = methods.kinds;
    const own = methods.arrays(layer);
    const rows = Math.min(shape.rows, selecting);
    for (const { selection, listBucket, observed } of selections) {
      const kind = methods.kindOf(selection);
      selection.encode(
        recorder,
        layer,
        {
          query: arrays.query,
          scores: own.scores,
          selected: own.selected,
          memory: own.memory(selection),
          aux: own.aux,
        },
        { rows, lengthBucket: shape.lengthBucket, capacity },
        kind,
      );
      listed.encode(
        recorder,
        layer,
        { ...arrays, selected: own.selected },
        { rows, lengthBucket: shape.lengthBucket, capacity, listBucket, kind, masked },
      );
      if (observed) encodeListedMass(recorder, layer, arrays.query, own, { rows, capacity, kind, masked, noise });
    }
    for (const selection of noting)
      selection.encodePrompt?.(recorder, layer, own.aux, shape.rows, methods.kindOf(selection));
    if (full) dense.encode(recorder, { ...layer, observe: observationOf(methods, own) }, arrays, { ...shape, masked });
    observer?.encode(recorder, layer, arrays, shape);
  },
});

/** What attention notes down in this step, and where; undefined = nothing. */
function observationOf({ kinds, capacity }: StepMethods, arrays: MethodArrays): LayerObservation | undefined {
  const { observe, noise } = kinds;
  const mass = arrays.aux(massBuffer);
  if (observe === 'nothing' || !mass) return undefined;
  return {
    mass,
    scores: observe === 'rows' ? arrays.scores : undefined,
    capacity,
    noise: noise && { ...noise, lse: arrays.noisyLse },
  };
}

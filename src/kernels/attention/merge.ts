import source from '../../../shaders/attention/merge.wgsl?raw';
import observeMass from '../../../shaders/lib/attention/merge-observe.mass.wgsl?raw';
import observeNone from '../../../shaders/lib/attention/merge-observe.none.wgsl?raw';
import { defineKernel } from '../../gpu/kernel.ts';
import { cacheParts } from '../cache-layout.ts';
import { constantsPart } from '../constants.ts';
import { stepRowsPart, stepStatePart } from '../step-layout.ts';
import { addMassPart, observedParts, type ObservedVariant } from './observed.ts';
import { u32Constants, withConstants } from '../wgsl-constants.ts';
import { visibleParts } from './visible.ts';

/** The most splits that attention/merge joins: it has room for so many weights. */
export const MAX_SPLITS = 64;

const spec = {
  name: 'attention/merge',
  source: withConstants(source, u32Constants({ MAX_SPLITS })),
  params: { splits: 'u32', rows: 'u32', layer: 'u32', kind: 'u32', capacity: 'u32', observers: 'u32' },
  bindings: { state: 'read', partials: 'read', output: 'read_write', lse: 'read_write' },
  constants: { Q_HEADS: 'u32', HEAD_DIM: 'u32', THREADS: 'u32' },
} as const;

/**
 * Joins the partial sums of attention/decode-flash, for the rows whose kind of selection is `kind` (0 = none). `capacity`
 * and `observers` are not used.
 */
export const mergeSplits = defineKernel({
  ...spec,
  includes: () => [
    constantsPart,
    stepStatePart,
    stepRowsPart,
    { name: 'lib/attention/merge-observe.none', text: observeNone },
  ],
  grid: ({ rows }, { Q_HEADS }) => [Number(Q_HEADS), rows],
});

/**
 * The same, and adds the scores that `decodeFlashObserving` kept, `capacity` slots of each row and head, to the mass of
 * the slots; `observers` workgroups share the slots of a (row, KV head).
 */
export const mergeSplitsObserving = defineKernel({
  ...spec,
  bindings: { ...spec.bindings, cache: 'read', scores: 'read', mass: 'read_write' },
  constants: {
    ...spec.constants,
    KV_HEADS: 'u32',
    GROUP: 'u32',
    HEADS: 'u32',
    BATCH_QUADS: 'u32',
    SCORE_QUADS: 'u32',
    WINDOW: 'u32',
    MASKED: 'bool',
    BIDIRECTIONAL: 'bool',
  },
  includes: ({ kv, noise }: ObservedVariant) => [
    constantsPart,
    stepStatePart,
    stepRowsPart,
    ...cacheParts(kv),
    ...visibleParts(),
    ...observedParts(noise),
    addMassPart,
    { name: 'lib/attention/merge-observe.mass', text: observeMass },
  ],
  grid: ({ rows, observers }, { Q_HEADS, KV_HEADS }) => [Number(Q_HEADS) + Number(KV_HEADS) * observers, rows],
});

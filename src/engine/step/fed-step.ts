import type { BatchRow, SequenceState } from '../../core/batch.ts';
import { packSequence } from '../../sampling/settings.ts';
import { phaseOf, type Portion } from './portions.ts';
import type { Cut } from '../memory/residency.ts';
import type { Run } from './run.ts';
import { cutOf } from '../memory/sequence-methods.ts';
import type { StepPart } from '../plan/step-kinds.ts';

/** Rows of a run in a step that is fed. */
export interface Fed extends StepPart {
  readonly run: Run;
  readonly cut: Cut;
}

/** A step that the CPU writes, before anything of it is done. */
export interface FedStep {
  readonly rows: readonly BatchRow[];
  readonly fed: readonly Fed[];
  /** The runs whose last known token is fed: they draw their next one. */
  readonly finishing: readonly Run[];
  /** The records of its sequences. */
  readonly sequences: readonly SequenceState[];
}

/** The step that feeds the next tokens of these runs. */
export function fedStep(portions: readonly Portion[]): FedStep {
  const fed = portions.map(({ run, count }): Fed => {
    const { methods, length } = run.lease;
    const phase = phaseOf(run, length + count);
    return { run, rows: count, phase, methods, cut: cutOf(methods, phase) };
  });
  return {
    fed,
    rows: fed.flatMap(({ run, rows, phase }) =>
      Array.from({ length: rows }, (_, ordinal): BatchRow => {
        const position = run.lease.length + ordinal;
        return {
          sequence: run.lease.sequence!,
          position,
          ordinal,
          token: run.ids[position]!,
          decode: phase === 'decode',
          logits: position === run.ids.length - 1,
        };
      }),
    ),
    finishing: portions.filter(({ run, count }) => run.lease.length + count === run.ids.length).map(({ run }) => run),
    sequences: portions.map(({ run, count }) => ({
      sequence: run.lease.sequence!,
      words: packSequence(run.sampling, {
        remaining: run.maxTokens - run.generated,
        stopIds: run.stopIds,
        ignoreEos: run.ignoreEos,
        rows: count,
        masked: run.constraint !== undefined || run.drawable !== undefined,
      }),
    })),
  };
}

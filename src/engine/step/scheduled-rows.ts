import { packSequence } from '../../sampling/settings.ts';
import { promptPhase, rowsToCut, type Phase } from '../memory/sequence-methods.ts';
import type { Run } from './run.ts';
import type { SequencePart } from './steps.ts';
import { isMasked } from './token-tables.ts';

/** The rows of a run in a step. */
export interface RunPart extends SequencePart {
  readonly run: Run;
}

/** Tokens whose keys and values are not cached yet. */
export const pendingOf = (run: Run): number => run.ids.length - run.lease.length;

/**
 * The rows that each run has in a step of at most `rows`, whose tokens are known. Short ones first: a long prompt does not
 * hold up those that already generate.
 */
export function scheduleRows(runs: readonly Run[], rows: number): RunPart[] {
  let left = rows;
  return runs
    .toSorted((a, b) => pendingOf(a) - pendingOf(b))
    .flatMap((run) => {
      const count = Math.min(pendingOf(run), left, rowsToCut(run.lease.methods, run.lease.length));
      left -= count;
      return count === 0 ? [] : [givenPart(run, count)];
    });
}

/** The rows of a run whose token the step before drew: one, or the nodes of a tree that is drafted behind it. */
export const drawnPart = (run: Run, nodes = 1): RunPart => ({
  ...partOf(run, 'decode'),
  rows: nodes,
  ...(nodes > 1 && { committed: { least: 1, most: nodes } }),
});

/** Whether this part feeds its run's last known token, so that the next one is drawn. */
export const finishes = ({ run, lease, rows, given }: RunPart): boolean =>
  given === undefined || lease.length + rows === run.ids.length;

const partOf = (run: Run, phase: Phase): Omit<RunPart, 'rows'> => ({
  run,
  lease: run.lease,
  methods: run.lease.methods,
  span: { promptEnd: run.promptTokens, maxTokens: run.maxTokens },
  phase,
});

/** The next `rows` known tokens of a run. */
function givenPart(run: Run, rows: number): RunPart {
  const { lease, promptTokens, ids } = run;
  const end = lease.length + rows;
  return {
    ...partOf(run, lease.length >= promptTokens ? 'decode' : promptPhase(lease.methods, end, promptTokens)),
    rows,
    given: {
      tokens: ids.slice(lease.length, end),
      logits: Array.from({ length: rows }, (_, ordinal) => lease.length + ordinal === ids.length - 1),
      record: packSequence(run.sampling, {
        remaining: run.maxTokens - run.generated,
        stopIds: run.stopIds,
        ignoreEos: run.ignoreEos,
        masked: isMasked(run),
      }),
    },
  };
}

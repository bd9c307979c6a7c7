import { distinctName } from '../../core/distinct-name.ts';
import { UsageError } from '../../core/errors.ts';
import type { ScoreNoise } from '../../kernels/attention/observed.ts';
import type { AttentionKinds } from '../../attention/backend.ts';
import { MAX_DECODE_ROWS } from '../../attention/dense.ts';
import { selectionName, type DecodeSelection } from '../../attention/selection.ts';
import type { KvType } from '../../kernels/cache-layout.ts';
import type { Phase, SequenceMethods } from '../memory/sequence-methods.ts';

/** The methods of a step's rows, as far as they change which dispatches it has. */
export interface StepKinds extends AttentionKinds {
  readonly kv: KvType;
}

/** The rows of one sequence in a step. */
export interface StepPart {
  readonly methods: SequenceMethods;
  readonly phase: Phase;
  readonly rows: number;
}

/** Whether attention has nothing to do but to attend. */
export const isPlain = ({ observe, selections, noting, masked, observer }: StepKinds): boolean =>
  observe === 'nothing' && selections.length === 0 && noting.length === 0 && !masked && !observer;

/** Plain attention. */
export const plainKinds = (kv: KvType): StepKinds => ({
  kv,
  observe: 'nothing',
  noise: undefined,
  selections: [],
  selecting: 0,
  noting: [],
  full: true,
  masked: false,
});

export function kindsOf(parts: readonly StepPart[]): StepKinds {
  const { kv } = parts[0]!.methods;
  const watched = parts.filter(({ methods, phase }) => observes(methods, phase));
  // Rows that read a list are looked at by themselves.
  const observed = watched.filter((part) => !isSelecting(part) || part.methods.select!.dense > 0);
  const selecting = parts.filter(isSelecting);
  const selections = new Map<string, AttentionKinds['selections'][number]>();
  for (const { methods } of selecting) {
    const selection = methods.select!;
    const listBucket = Math.max(
      bucketOf(selection.mostSlots),
      selections.get(selectionName(selection))?.listBucket ?? 0,
    );
    const isWatched = watched.some(
      (part) => isSelecting(part) && selectionName(part.methods.select!) === selectionName(selection),
    );
    selections.set(selectionName(selection), { selection, listBucket, observed: isWatched });
  }
  const noting = new Map<string, DecodeSelection>();
  for (const { methods, phase } of parts)
    if (methods.select?.encodePrompt && phase !== 'decode') noting.set(selectionName(methods.select), methods.select);
  return {
    kv,
    observe:
      observed.length === 0
        ? 'nothing'
        : // Not a prompt's only row: a window of observed rows may begin there, which forgets what was seen before.
          parts.every(({ phase, rows }) => phase === 'decode' && rows === 1)
          ? 'rows'
          : 'columns',
    noise: noiseOf(watched),
    selections: [...selections.values()].toSorted((a, b) =>
      selectionName(a.selection) < selectionName(b.selection) ? -1 : 1,
    ),
    selecting: selectingRows(parts),
    noting: [...noting.values()],
    full: parts.some(({ methods, phase }) => !methods.select || phase !== 'decode' || methods.select.dense > 0),
    masked: parts.some(({ methods, phase }) => (phase === 'decode' ? methods.decodeMask : methods.prefillMask)),
  };
}

/** The first rows of a step, rounded up, among which all are that select: the last of them decides. */
function selectingRows(parts: readonly StepPart[]): number {
  const last = parts.findLastIndex(isSelecting);
  const rows = parts.slice(0, last + 1).reduce((sum, part) => sum + part.rows, 0);
  return rows === 0 ? 0 : Math.max(MAX_DECODE_ROWS, 2 ** Math.ceil(Math.log2(rows)));
}

const bucketOf = (slots: number): number => Math.max(64, 2 ** Math.ceil(Math.log2(slots)));

const isSelecting = ({ methods, phase }: StepPart): boolean => methods.select !== undefined && phase === 'decode';

/** A policy that keeps slots wants their notes to start at 0, also where it observes nothing of these rows. */
const observes = ({ cache }: SequenceMethods, phase: Phase): boolean =>
  cache?.policy.observes !== undefined && (phase !== 'decode' || cache.policy.observes.decodeRows);

/** What tells noises apart. */
const noiseName = ({ name, parts }: ScoreNoise): string => distinctName('noise', name, parts);

/**
 * The noise of the policies that want any.
 * @throws UsageError 'usage-option' where they want different ones: a step has kernels for one
 */
function noiseOf(watched: readonly StepPart[]): ScoreNoise | undefined {
  const noises = watched.flatMap(({ methods }) => methods.cache!.policy.observes!.noise ?? []);
  const other = noises.find(({ parts }) => parts !== noises[0]!.parts);
  if (other)
    throw new UsageError({
      code: 'usage-option',
      happened: `The noises ${noiseName(noises[0]!)} and ${noiseName(other)} were to be observed in one step.`,
      expected: 'The conversations that run at the same time share one kind of noise on what is observed.',
      todo: 'Let them answer one after the other.',
    });
  return noises[0];
}

/** The kinds in words: part of a plan's key. */
export const kindsKey = ({
  kv,
  observe,
  noise,
  selections,
  selecting,
  noting,
  full,
  masked,
  observer,
}: StepKinds): string =>
  [
    kv,
    ...(observe === 'nothing' ? [] : [`observe ${observe}${noise ? ` with ${noiseName(noise)} noise` : ''}`]),
    ...selections.map(
      ({ selection, listBucket, observed }) =>
        `select ${selectionName(selection)} to ${listBucket}${observed ? `, observed${noise ? ` with ${noiseName(noise)} noise` : ''}` : ''}`,
    ),
    ...(selecting > MAX_DECODE_ROWS ? [`${selecting} rows select`] : []),
    ...noting.map((selection) => `note for ${selectionName(selection)}`),
    ...(full ? [] : ['selected only']),
    ...(masked ? ['masked'] : []),
    ...(observer ? [`observer ${observer.name}`] : []),
  ].join(', ');

import { METHODS } from '../../src/methods/index.ts';

/** As a user writes them. */
export interface WrittenMethods {
  readonly cache?: string;
  readonly attention?: string;
}

/** A method as the laws see it: set so tight that it must act, and so loose that it has nothing to do. */
export interface MethodCase {
  readonly tight: WrittenMethods;
  readonly loose: WrittenMethods;
}

const both = (tightCache: string, tightAttention: string, looseCache: string, looseAttention: string): MethodCase => ({
  tight: { cache: tightCache, attention: tightAttention },
  loose: { cache: looseCache, attention: looseAttention },
});

/** What each method declares for the laws in its own file. */
const ALONE = METHODS.flatMap(({ name, kind, laws }): MethodCase[] => {
  const option = kind === 'cache' ? 'cache' : 'attention';
  return laws.map(({ tight, loose }) => ({
    tight: { [option]: `${name}:${tight}` },
    loose: { [option]: `${name}:${loose}` },
  }));
});

/** Methods of the cache and of attention together. */
const TOGETHER: readonly MethodCase[] = [
  both('h2o:budget=40,sinks=2,recent=8,every=4', 'quest:pages=1,recent=8', 'h2o:budget=400', 'quest:pages=30'),
  both(
    'keyformer:budget=40,recent=8',
    'oracle-top-k:k=6,sinks=1,recent=4',
    'keyformer:budget=400',
    'oracle-top-k:k=400',
  ),
  both('tova:budget=40,every=4', 'token-select:k=4,sinks=1,recent=8', 'tova:budget=400', 'token-select:k=400'),
  both('snap-kv:budget=40,window=8', 'quest:pages=2,recent=8', 'snap-kv:budget=400', 'quest:pages=30'),
  both('random:budget=40', 'sliding-window:window=30', 'random:budget=400', 'sliding-window:window=400'),
];

/** Every method, and some together: all laws hold for each. */
export const METHOD_CASES: readonly MethodCase[] = [...ALONE, ...TOGETHER];

/** What a case is called. */
export const caseName = ({ tight: { cache: kept, attention: read } }: MethodCase): string =>
  kept !== undefined && read !== undefined ? `${kept} + ${read}` : (kept ?? read ?? 'nothing');

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

const cache = (tight: string, loose: string): MethodCase => ({ tight: { cache: tight }, loose: { cache: loose } });
const attention = (tight: string, loose: string): MethodCase => ({
  tight: { attention: tight },
  loose: { attention: loose },
});

const both = (tightCache: string, tightAttention: string, looseCache: string, looseAttention: string): MethodCase => ({
  tight: { cache: tightCache, attention: tightAttention },
  loose: { cache: looseCache, attention: looseAttention },
});

/** Every method, one line each, and methods of the cache and of attention together; a new one is added here and all laws hold for it. */
export const METHOD_CASES: readonly MethodCase[] = [
  cache('h2o:budget=24,sinks=2,recent=8,every=4', 'h2o:budget=400'),
  cache('h2o:budget=24,sinks=2,recent=8,budgets=pyramid,beta=4', 'h2o:budget=400,budgets=pyramid,beta=2'),
  cache('h2o:budget=24,recent=8,budgets=adaptive-per-head,floor=0.3', 'h2o:budget=400,budgets=adaptive-per-head'),
  cache('h2o:budget=24,recent=8,prefill=chunked', 'h2o:budget=400,prefill=chunked'),
  cache('keyformer:budget=24,sinks=2,recent=8,every=1', 'keyformer:budget=400'),
  cache('tova:budget=24,sinks=0,every=7', 'tova:budget=400'),
  cache('streaming-llm:budget=24', 'streaming-llm:budget=400'),
  cache('streaming-llm:budget=24,positions=rank', 'streaming-llm:budget=400,positions=rank'),
  cache('snap-kv:budget=24,window=8,pool=3', 'snap-kv:budget=400'),
  cache('random:budget=24,recent=4', 'random:budget=400'),
  attention('token-select:k=8,sinks=2,recent=8', 'token-select:k=400'),
  attention('token-select:k=8,sinks=2,recent=8,scoring=release', 'token-select:k=400,scoring=release'),
  attention('token-select:k=8,sinks=2,recent=16,theta=0.5', 'token-select:k=400,theta=0.5'),
  attention('quest:pages=3,recent=16', 'quest:pages=30'),
  attention('oracle-top-k:k=12,sinks=1,recent=4', 'oracle-top-k:k=400'),
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
  attention('sliding-window:window=24', 'sliding-window:window=400'),
  attention('a-shape:window=24,sinks=4', 'a-shape:window=400,sinks=4'),
];

/** What a case is called. */
export const caseName = ({ tight: { cache: kept, attention: read } }: MethodCase): string =>
  kept !== undefined && read !== undefined ? `${kept} + ${read}` : (kept ?? read ?? 'nothing');

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

/** Every method, one line each; a new one is added here and all laws hold for it. */
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
  attention('sliding-window:window=24', 'sliding-window:window=400'),
  attention('a-shape:window=24,sinks=4', 'a-shape:window=400,sinks=4'),
];

/** What a case is called. */
export const caseName = ({ tight: { cache: kept, attention: read } }: MethodCase): string => kept ?? read ?? 'nothing';

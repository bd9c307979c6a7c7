/** What the command needs of the library: part of the public Node API, so that tests can give it another. */

import type { BenchOptions, BenchResult, evaluate, runTasks } from '../bench/index.ts';
import type * as node from '../node.ts';

export interface Runtime extends Pick<typeof node, 'createEngine' | 'inspectModel' | 'openTokenizer'> {
  readonly VERSION: string;
  /** The benchmark, on this machine. */
  runBench(options: Omit<BenchOptions, 'host'>): Promise<BenchResult>;
  /** What methods do to a text. */
  readonly evaluate: typeof evaluate;
  /** What methods do to the answers to questions. */
  readonly runTasks: typeof runTasks;
}
export type { ModelInspection } from '../node.ts';

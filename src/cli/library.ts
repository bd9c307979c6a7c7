/** What the command needs of the library: part of the public Node API, so that tests can give it another. */

import type { BenchOptions, BenchResult } from '../bench/index.ts';
import type { evaluate, RecordHead, runTasks } from '../eval/index.ts';
import type { Engine } from '../core/api.ts';
import type * as node from '../node.ts';

export interface Library extends Pick<typeof node, 'createEngine' | 'inspectModel' | 'openTokenizer' | 'recordStep'> {
  readonly VERSION: string;
  /** The benchmark, on this machine. */
  runBench(options: Omit<BenchOptions, 'host'>): Promise<BenchResult>;
  /** What methods do to a text. */
  readonly evaluate: typeof evaluate;
  /** What methods do to the answers to questions. */
  readonly runTasks: typeof runTasks;
  /** What a saved evaluation says of when and where it was done. */
  recordHead(engine: Engine): Promise<RecordHead>;
}
export type { DispatchFacts, ModelInspection, RecordedStep, RecordStepOptions } from '../node.ts';

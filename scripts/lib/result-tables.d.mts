import type { BenchResult } from '../../src/bench/bench-result.ts';
import type { EvalRun } from '../../src/eval/eval-result.ts';

/** What the tables use of a result of bench/peers. */
export interface PeersResult {
  readonly format: 'winnow-peers';
  readonly date: string;
  readonly environment: { readonly adapter: unknown; readonly runtime: string };
  readonly sides: readonly unknown[];
}

/** What the tables use of a result of bench/precision.mjs. */
export interface PrecisionResult {
  readonly format: 'winnow-precision';
  readonly environment: { readonly adapter: unknown };
  readonly runs: readonly unknown[];
}

/** What the tables use of a result of bench/methods.mjs. */
export interface MethodsResult {
  readonly format: 'winnow-methods';
  readonly date: string;
  readonly environment: { readonly adapter: unknown; readonly runtime: string };
  readonly settings: { readonly model: string; readonly prefill: number; readonly decode: number };
  readonly dense: Omit<EvalRun, 'setting' | 'msPerToken'>;
  readonly runs: readonly (Omit<EvalRun, 'msPerToken'> & { readonly timeRatio?: number })[];
}

export declare function readResults(folder: string): {
  'winnow-bench': BenchResult[];
  'winnow-peers': PeersResult[];
  'winnow-precision': PrecisionResult[];
  'winnow-methods': MethodsResult[];
};
export declare function methodTables(results: readonly MethodsResult[]): string;
export declare function precisionTable(results: readonly PrecisionResult[]): string;
export declare function modelTable(results: readonly BenchResult[]): string;
export declare function kernelTables(results: readonly BenchResult[]): string;
export declare function peerTables(results: readonly PeersResult[]): string;
export declare function replaceBetween(text: string, name: string, content: string): string;

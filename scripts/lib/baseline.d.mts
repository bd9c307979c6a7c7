import type { BenchResult } from '../../src/bench/bench-result.ts';

export interface Figures {
  readonly adapter: string;
  readonly counts: Readonly<Record<string, number | string>>;
  readonly ratios: Readonly<Record<string, number>>;
}

export declare function baselineName(result: Pick<BenchResult, 'environment'>): string;
export declare function figuresOf(result: BenchResult): Figures;
export declare function worstOf(measurements: readonly Figures[]): Figures;
export declare function betterOf(first: Figures, second: Figures): Figures;
export declare function fallsOf(baseline: Figures, now: Figures, tolerance: number): string[];

export interface StepResult {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly problem?: string;
}

export declare const MINUTE: number;

export declare class TestSteps {
  readonly total: { passed: number; failed: number; skipped: number };
  run(name: string, work: (prefix: string) => Promise<StepResult>): Promise<boolean>;
  get summary(): string;
}

export declare function check(
  prefix: string,
  program: string,
  args: readonly string[],
  timeoutMs: number,
): Promise<StepResult>;

export declare function vitest(
  prefix: string,
  projects: readonly string[],
  timeoutMs: number,
  options?: { readonly args?: readonly string[]; readonly env?: Readonly<Record<string, string>> },
): Promise<StepResult>;

export interface ChildOptions {
  readonly timeoutMs?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly quiet?: boolean;
  readonly prefix?: string;
}

export interface ChildResult {
  readonly code: number | null;
  readonly timedOut: boolean;
  readonly output: string;
  readonly error?: Error;
}

export declare function runChild(
  command: string,
  args: readonly string[],
  options?: ChildOptions,
): Promise<ChildResult>;

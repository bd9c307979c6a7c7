/** What the vertical axis of a chart says of a run. */
export interface ChartMeasure<Run> {
  /** As a heading, and on its axis. */
  readonly title: string;
  readonly unit: string;
  readonly value: (run: Run) => number;
  /** The standard error; undefined where there is none. */
  readonly error: (run: Run) => number | undefined;
  /** What the error is over: "the tokens". */
  readonly over: string;
  /** The value in words, with its unit. */
  readonly words: (run: Run) => string;
  /** What dense attention has. */
  readonly dense: number;
  readonly better: 'less' | 'more';
}

/** One way to say what a run costs: the horizontal axis of a chart. */
export interface CostSpec<Run, Key extends string = string> {
  readonly key: Key;
  readonly title: string;
  readonly label: string;
  readonly value: (run: Run) => number;
  readonly format: (value: number) => string;
}

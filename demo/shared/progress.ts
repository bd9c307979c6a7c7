/** A step of a run: the stage by its name, what is being done in words, and how far the stage is. */
export interface Progress {
  readonly stage: string;
  readonly label: string;
  readonly done: number;
  readonly total: number;
}

/** A row of a step: one token of one sequence. */
export interface BatchRow {
  /** Sequence slot in the step state. */
  readonly sequence: number;
  /** Place of the token in its sequence, for RoPE and masks. */
  readonly position: number;
  /** Place among the sequence's rows in this step. */
  readonly ordinal: number;
  readonly token: number;
  /** Whether the token came after the prompt, so that decoding methods apply. */
  readonly decode?: boolean;
  /** Whether its logits are wanted. */
  readonly logits: boolean;
  /** The token that follows, where the row is scored. */
  readonly target?: number;
}

/** What a step computes: rows of several sequences, each sequence's rows together and in order. */
export interface Batch {
  readonly rows: readonly BatchRow[];
}

/** A sequence's settings as the kernels read them. */
export interface SequenceState {
  readonly sequence: number;
  /** The first words of its record in the step state: flags, seed, remaining, sampling settings. */
  readonly words: Uint32Array<ArrayBuffer>;
}

/** What may come next in an answer: a grammar, a list of choices, a rule of the caller's. */

/** The tokens of a model, as a constraint sees them. */
export interface TokenVocabulary {
  /** Token ids are 0 to size - 1. */
  readonly size: number;
  /** Tokens that end an answer. */
  readonly endIds: readonly number[];
  /** The bytes of a token's text; none for control tokens, which are no text. @throws UsageError 'usage-ids' */
  bytes(id: number): Uint8Array;
  /** The ids of all tokens whose text is these bytes, written as one character of Latin-1 each. */
  withBytes(latin1: string): readonly number[];
  /** Bytes of the longest token. */
  readonly longest: number;
}

/** Where a constraint stands in one answer. */
export interface ConstraintState {
  /** The tokens that may come next: a bit for every id, the lowest first, ceil(size / 32) words. Undefined allows all. */
  mask(): Uint32Array | undefined;
  /** Told each new token, also the one that ends the answer. */
  accept(id: number): void;
  /** Takes the last `count` accepted tokens back, for drafts that were rejected. */
  undo(count: number): void;
}

/** A constraint as plain data, as it crosses to a Worker: its name and what it was made of (what JSON can say). */
export interface ConstraintSpec {
  readonly name: string;
  readonly value: unknown;
}

/** A constraint: made once, begun for each answer. */
export interface Constraint {
  readonly name: string;
  /** Undefined: it has functions of the caller's and cannot cross to a Worker. */
  readonly spec: ConstraintSpec | undefined;
  /** @throws UsageError 'usage-option' where no answer of this model can satisfy it */
  begin(vocabulary: TokenVocabulary): ConstraintState;
}

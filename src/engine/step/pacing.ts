/** GPU time of one submit that is aimed at: half of what makes a page stutter, and far from what a watchdog kills. */
const SUBMIT_MS = 50;
const MOST_SUBMITS = 32;
/** Submits of the first chunk, of which nothing is known yet. */
const FIRST_SUBMITS = 4;
/** Rows below which a chunk is not cut for it: the weights would be read too often. */
const LEAST_ROWS = 64;

/** Into how many submits the layers of a prompt's chunk are cut, and how many rows it has, from the time of the last ones. */
export class Pacing {
  #rows: number;
  #millisecondsPerRow: number | undefined;

  /** @param mostRows rows that the buffers of a step hold. */
  constructor(mostRows: number) {
    this.#rows = mostRows;
  }

  /** Rows of the next chunk, at most. */
  get chunkRows(): number {
    return this.#rows;
  }

  /** Submits of a chunk of `rows` rows. */
  submits(rows: number): number {
    if (this.#millisecondsPerRow === undefined) return FIRST_SUBMITS;
    return Math.max(1, Math.min(MOST_SUBMITS, Math.ceil((rows * this.#millisecondsPerRow) / SUBMIT_MS)));
  }

  /** Told what a chunk took, in milliseconds. */
  finished(rows: number, milliseconds: number): void {
    this.#millisecondsPerRow = milliseconds / rows;
    const perSubmit = milliseconds / MOST_SUBMITS;
    if (perSubmit > 2 * SUBMIT_MS && this.#rows > LEAST_ROWS) this.#rows = Math.max(LEAST_ROWS, this.#rows / 2);
  }
}

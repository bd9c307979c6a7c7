/** Where parts of a file meet: by the bytes on both sides it can be told whether they belong together. */

/** Bytes before a seam that are asked for again, to be compared. */
const OVERLAP = 1024;

/** The last bytes that came, to be compared where reading goes on. */
export class Seam {
  #bytes = new Uint8Array();

  get length(): number {
    return this.#bytes.length;
  }

  clear(): void {
    this.#bytes = new Uint8Array();
  }

  add(bytes: Uint8Array): void {
    const kept = this.#bytes.subarray(Math.max(0, this.#bytes.length + Math.min(bytes.length, OVERLAP) - OVERLAP));
    const fresh = bytes.subarray(Math.max(0, bytes.length - OVERLAP));
    const both = new Uint8Array(kept.length + fresh.length);
    both.set(kept);
    both.set(fresh, kept.length);
    this.#bytes = both;
  }

  /** Whether bytes are those that lie `before` the seam. */
  equals(bytes: Uint8Array, before: number): boolean {
    const from = this.#bytes.length - before;
    return bytes.every((byte, i) => byte === this.#bytes[from + i]);
  }
}

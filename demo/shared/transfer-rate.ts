/** Speed of a transfer over its last few seconds, and the time that is left at that speed. */
export class TransferRate {
  readonly #samples: { readonly time: number; readonly bytes: number }[] = [];

  /** Notes that `bytes` had arrived at `time` (milliseconds). */
  add(bytes: number, time: number): void {
    const last = this.#samples.at(-1);
    if (last && bytes < last.bytes) this.#samples.length = 0; // another stage has begun
    this.#samples.push({ time, bytes });
    while (this.#samples.length > 2 && time - (this.#samples[0]?.time ?? 0) > 4000) this.#samples.shift();
  }

  /** Bytes per second, or undefined before there is half a second to judge by. */
  get bytesPerSecond(): number | undefined {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (!first || !last || last.time - first.time < 500) return undefined;
    return ((last.bytes - first.bytes) / (last.time - first.time)) * 1000;
  }

  /** Milliseconds until `totalBytes` will have arrived, or undefined while the speed is unknown or 0. */
  millisecondsLeft(totalBytes: number): number | undefined {
    const speed = this.bytesPerSecond;
    const bytes = this.#samples.at(-1)?.bytes;
    return speed && bytes !== undefined ? (Math.max(0, totalBytes - bytes) / speed) * 1000 : undefined;
  }
}

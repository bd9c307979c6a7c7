/** Loading, shown in one line of the screen that is written over and taken away at the end. */

import type { LoadProgress } from '../core/api.ts';
import { mebibytes } from './format.ts';
import type { Terminal } from './terminal.ts';

const MIN_MS_BETWEEN = 50;

export class ProgressLine {
  readonly #terminal: Terminal;
  #shown = '';
  #stage = '';
  #lastTime = -Infinity;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  show({ stage, loadedBytes, totalBytes }: LoadProgress): void {
    const now = performance.now();
    if (!this.#terminal.isScreen || (stage === this.#stage && now - this.#lastTime < MIN_MS_BETWEEN)) return;
    this.#stage = stage;
    this.#lastTime = now;
    const share =
      totalBytes > 0 ? ` ${Math.floor((100 * loadedBytes) / totalBytes)} % of ${mebibytes(totalBytes)}` : '';
    this.#write(`${stage}${share}`);
  }

  clear(): void {
    if (this.#shown !== '') this.#write('');
  }

  #write(line: string): void {
    this.#terminal.err(`\r${line.padEnd(this.#shown.length)}\r${line}`);
    this.#shown = line;
  }
}

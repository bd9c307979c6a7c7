/** What whoever opens a stored file may ask for. */

import type { HttpOptions } from './attempt.ts';

export interface StoreProgress {
  /** 'wait': another tab of this site works on the same file. */
  readonly stage: 'wait' | 'download' | 'check';
  readonly loadedBytes: number;
  /** 0 where the server does not tell the size. */
  readonly totalBytes: number;
}

export interface StoreOptions extends HttpOptions {
  /** The file's SHA-256 in hexadecimal; without it that of the Hub, or else the header and the length are checked. */
  readonly sha256?: string;
  /** The file's length, where it is known beforehand. */
  readonly bytes?: number;
  readonly onProgress?: (progress: StoreProgress) => void;
  readonly signal?: AbortSignal;
  /** How long another tab may hold the file without getting on with it, in milliseconds. Default 30000. */
  readonly patienceMs?: number;
}

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Logits of two other implementations that agree; see test/golden/README.md. */
export interface GoldenNetwork {
  readonly name: string;
  readonly architecture: string;
  readonly what: string;
  readonly vocab: number;
  readonly sequences: readonly {
    readonly ids: readonly number[];
    /** Of the last row, all of them. */
    readonly lastLogits: readonly number[];
    readonly positions: readonly {
      readonly position: number;
      readonly logsumexp: number;
      readonly top20: readonly (readonly [number, number])[];
    }[];
    /** What greedy decoding goes on with, and how far the second token was behind. */
    readonly greedy: { readonly ids: readonly number[]; readonly margins: readonly number[] };
  }[];
  /** Ids behind the last sequence, read one at a time. */
  readonly forced: {
    readonly ids: readonly number[];
    readonly logsumexp: readonly number[];
    readonly top5: readonly (readonly (readonly [number, number])[])[];
  };
}

const FOLDER = join(import.meta.dirname, '../golden/networks');

/** Every network with golden data. */
export const goldenNetworks: readonly GoldenNetwork[] = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.json'))
  .map((file) => JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as GoldenNetwork);

/** The bytes of its file. */
export const goldenFile = ({ name }: GoldenNetwork): Uint8Array<ArrayBuffer> =>
  new Uint8Array(readFileSync(join(FOLDER, `${name}.gguf`)));

import { join } from 'node:path';
import type { GgufValue } from '../../../src/weights/gguf.ts';
import { parseGguf } from '../../../src/weights/gguf.ts';
import { openNodeFile } from '../../../src/weights/node-file.ts';

/** Metadata of the default model, fetched by `npm run setup`. */
export async function modelMetadata(): Promise<ReadonlyMap<string, GgufValue>> {
  const file = await openNodeFile(join(import.meta.dirname, '../../../models/SmolLM2-135M-Instruct.Q4_1.gguf'));
  try {
    return (await parseGguf(file)).metadata;
  } finally {
    await file.close();
  }
}

/** GPT-2's alphabet: one character for each byte. */
export const alphabet = (): string[] => {
  const characters: string[] = [];
  let next = 0x100;
  for (let byte = 0; byte < 256; byte++) {
    const printable = (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad);
    characters.push(String.fromCharCode(printable ? byte : next++));
  }
  return characters;
};

export interface TinyOptions {
  readonly pre?: string;
  /** Each makes a token of its own. */
  readonly merges?: readonly string[];
  readonly control?: readonly string[];
  readonly userDefined?: readonly string[];
  readonly extra?: Readonly<Record<string, GgufValue>>;
}

/** A byte-level vocabulary: ids 0 to 255 are the bytes, then merges, control tokens, user-defined tokens. */
export function tinyMetadata(options: TinyOptions = {}): Map<string, GgufValue> {
  const { pre = 'gpt-2', merges = [], control = [], userDefined = [], extra = {} } = options;
  const tokens = [...alphabet(), ...merges.map((merge) => merge.replace(' ', '')), ...control, ...userDefined];
  const types = [...Array<number>(256 + merges.length).fill(1), ...control.map(() => 3), ...userDefined.map(() => 4)];
  return new Map<string, GgufValue>([
    ['tokenizer.ggml.model', 'gpt2'],
    ['tokenizer.ggml.pre', pre],
    ['tokenizer.ggml.tokens', tokens],
    ['tokenizer.ggml.token_type', Int32Array.from(types)],
    ['tokenizer.ggml.merges', [...merges]],
    ...Object.entries(extra),
  ]);
}

/** The error that a call throws; fails when it throws none. */
export function thrownBy(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  throw new Error('Nothing was thrown.');
}

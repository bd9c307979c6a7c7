/** Typed, checked access to GGUF metadata. */

import { ModelFileError } from '../core/errors.ts';
import type { GgufValue } from '../weights/gguf.ts';

/** The error of a configuration that cannot be honoured. */
export const configError = (happened: string, expected: string): ModelFileError =>
  new ModelFileError({
    code: 'model-config',
    happened,
    expected,
    todo: 'Get the model from another source, or choose another model.',
  });

/** Reads keys below a prefix such as "llama.". Every method throws a ModelFileError when a value is not what it must be. */
export class MetadataReader {
  private readonly metadata: ReadonlyMap<string, GgufValue>;
  private readonly prefix: string;

  constructor(metadata: ReadonlyMap<string, GgufValue>, prefix: string) {
    this.metadata = metadata;
    this.prefix = prefix;
  }

  /** A key as the file has it. */
  fullName(key: string): string {
    return this.prefix + key;
  }

  /** The keys that are there, without the prefix. */
  keys(): string[] {
    return [...this.metadata.keys()]
      .filter((key) => key.startsWith(this.prefix))
      .map((key) => key.slice(this.prefix.length));
  }

  private get(key: string): GgufValue | undefined {
    return this.metadata.get(this.prefix + key);
  }

  private required<T>(key: string, value: T | undefined): T {
    if (value !== undefined) return value;
    throw new ModelFileError({
      code: 'gguf-missing-key',
      happened: `The file has no "${this.prefix}${key}".`,
      expected: 'This key is needed to run the model.',
      todo: 'Get the model from another source, or convert it again.',
    });
  }

  private wrong(key: string, value: GgufValue, expected: string): ModelFileError {
    const shown =
      typeof value === 'object'
        ? `an array of ${value.length}`
        : typeof value === 'string'
          ? `"${value.slice(0, 80)}"`
          : String(value);
    return configError(`"${this.prefix}${key}" is ${shown}.`, `It must be ${expected}.`);
  }

  optionalText(key: string): string | undefined {
    const value = this.get(key);
    if (value === undefined || typeof value === 'string') return value;
    throw this.wrong(key, value, 'a string');
  }

  text(key: string): string {
    return this.required(key, this.optionalText(key));
  }

  /** A finite number. */
  optionalNumber(key: string): number | undefined {
    const value = this.get(key);
    if (value === undefined || (typeof value === 'number' && Number.isFinite(value))) return value;
    throw this.wrong(key, value, 'a finite number');
  }

  /** A finite number above 0. */
  positive(key: string): number {
    const value = this.required(key, this.optionalNumber(key));
    if (value > 0) return value;
    throw this.wrong(key, value, 'above 0');
  }

  /** An integer from 0 to `most`. */
  optionalCount(key: string, most: number): number | undefined {
    const value = this.get(key);
    if (value === undefined || isCount(value, 0, most)) return value;
    throw this.wrong(key, value, `an integer from 0 to ${most}`);
  }

  /** An integer from 1 to `most`. */
  count(key: string, most: number): number {
    const value = this.required(key, this.get(key));
    if (isCount(value, 1, most)) return value;
    throw this.wrong(key, value, `an integer from 1 to ${most}`);
  }

  /** One positive integer per layer: a single number stands for all of them. Missing: `fallback`, else an error. */
  perLayer(key: string, layers: number, fallback?: readonly number[]): readonly number[] {
    const value = this.required(key, this.get(key) ?? (fallback && Uint32Array.from(fallback)));
    if (isCount(value, 1, 2 ** 24)) return Array.from({ length: layers }, () => value);
    const list = ArrayBuffer.isView(value) ? Array.from(value as Iterable<number | bigint>, Number) : [];
    if (list.length === layers && list.every((size) => isCount(size, 1, 2 ** 24))) return list;
    throw this.wrong(key, value, `a positive integer, or ${layers} of them`);
  }
}

const isCount = (value: GgufValue, least: number, most: number): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most;

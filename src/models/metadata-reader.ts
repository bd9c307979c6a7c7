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

const ZERO: readonly GgufValue[] = [0];
const ONE: readonly GgufValue[] = [1];

/**
 * Settings of other networks, and the values at which they change nothing: some converters write them for all.
 * Source: the defaults of llama.cpp, src/llama-hparams.h and src/llama-model.cpp.
 */
const NEUTRAL: ReadonlyMap<string, readonly GgufValue[]> = new Map([
  ['attention.causal', [true, 1]],
  ['attention.sliding_window', ZERO],
  ['attention.clamp_kqv', ZERO],
  ['attention.max_alibi_bias', ZERO],
  ['attention.q_lora_rank', ZERO],
  ['attention.kv_lora_rank', ZERO],
  ['attention.temperature_length', ZERO],
  ['attention.temperature_scale', ZERO],
  ['attn_logit_softcapping', ZERO],
  ['final_logit_softcapping', ZERO],
  ['router_logit_softcapping', ZERO],
  ['logit_scale', ONE],
  ['residual_scale', ONE],
  ['embedding_scale', ONE],
  ['pooling_type', ZERO],
  ['nextn_predict_layers', ZERO],
  ['use_parallel_residual', [false, 0]],
  ['swin_norm', [false, 0]],
  ['embedding_length_per_layer_input', ZERO],
  ['attention.shared_kv_layers', ZERO],
  ['leading_dense_block_count', ZERO],
  ['interleave_moe_layer_step', ZERO],
  ['expert_shared_count', ZERO],
  ['expert_group_count', ZERO],
  ['expert_group_used_count', ZERO],
  ['expert_feed_forward_length', ZERO],
  ['expert_shared_feed_forward_length', ZERO],
  ['expert_weights_scale', [0, 1]],
  ['expert_weights_norm', [false, 0]],
  ['expert_gating_func', ZERO],
  ['moe_every_n_layers', ZERO],
  ['deepstack_layers', ZERO],
  ['n_deepstack_layers', ZERO],
  ['ssm.state_size', ZERO],
]);

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

  /** Whether an optional setting is there at the value that changes nothing. */
  isNeutral(key: string): boolean {
    const value = this.get(key);
    return value !== undefined && (NEUTRAL.get(key)?.includes(value) ?? false);
  }

  /** True or false, also written as 1 or 0. */
  optionalFlag(key: string): boolean | undefined {
    const value = this.get(key);
    if (value === undefined || typeof value === 'boolean') return value;
    if (value === 0 || value === 1) return value === 1;
    throw this.wrong(key, value, 'true or false');
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

  /** A switch for each layer, or undefined. A single number n stands for: every n-th layer is off, those between are on. */
  optionalPattern(key: string, layers: number): readonly boolean[] | undefined {
    const value = this.get(key);
    if (value === undefined) return undefined;
    if (isCount(value, 0, 2 ** 16)) return everyNth(value, layers);
    const list = typeof value === 'object' ? Array.from<unknown, number>(value as Iterable<unknown>, Number) : [];
    if (list.length >= layers && list.every((one) => one === 0 || one === 1))
      return list.slice(0, layers).map((one) => one === 1);
    throw this.wrong(key, value, `a count, or true or false for each of ${layers} layers`);
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

/** Of n layers the last is off, the others on; 0: all are on. */
export const everyNth = (n: number, layers: number): readonly boolean[] =>
  Array.from({ length: layers }, (_, layer) => n === 0 || layer % n < n - 1);

const isCount = (value: GgufValue, least: number, most: number): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most;

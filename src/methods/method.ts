import type { AttentionMask, DecodeSelection } from '../attention/selection.ts';
import type { CacheMethod } from '../cache/evict.ts';
import type { KvType } from '../core/api.ts';
import type { Parameter, Values } from './parameters.ts';

export type { KvType };

/** What a method of each kind is built to. */
export interface MethodValues {
  readonly cache: CacheMethod;
  readonly 'attention-decode': DecodeSelection;
  readonly 'attention-mask': AttentionMask;
  readonly kv: KvType;
}

export type MethodKind = keyof MethodValues;

/** What people are told about a method. */
export interface MethodDescription {
  readonly name: string;
  /** What it does, in a sentence. */
  readonly description: string;
  /** Undefined: there is no paper of its own. */
  readonly paper: { readonly title: string; readonly url: string } | undefined;
  /** Whether it computes what its paper and its authors' code compute, or what it does otherwise. */
  readonly status: 'faithful' | `differs: ${string}`;
  readonly parameters: readonly Parameter[];
}

/** A method of the registry: what it is, and how its value is made from checked parameters. */
export interface Method<K extends MethodKind = MethodKind> extends MethodDescription {
  readonly kind: K;
  /** @throws UsageError 'usage-option' for parameters that do not go together */
  make(values: Values): MethodValues[K];
}

export type AnyMethod = { readonly [K in MethodKind]: Method<K> }[MethodKind];

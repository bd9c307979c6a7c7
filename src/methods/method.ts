import type { MaskFactory } from '../attention/define-mask.ts';
import type { SelectionFactory } from '../attention/define-selection.ts';
import type { AttentionMask, DecodeSelection } from '../attention/selection.ts';
import type { PolicyFactory } from '../cache/define-policy.ts';
import type { CacheMethod } from '../cache/evict.ts';
import type { KvType } from '../core/api.ts';
import type { ProposerFactory } from '../decoding/define-proposer.ts';
import type { Proposer } from '../decoding/proposer.ts';
import type { MethodSpec } from '../core/method-spec.ts';
import type { MethodText } from '../core/method-text.ts';
import type { Parameter } from '../core/settings.ts';

export type { KvType };

/** What a method of each kind is built to. */
export interface MethodValues {
  readonly cache: CacheMethod;
  readonly 'attention-decode': DecodeSelection;
  readonly 'attention-mask': AttentionMask;
  readonly kv: KvType;
  readonly decoding: Proposer;
}

export type MethodKind = keyof MethodValues;

/** A method of the registry: what it is, and how its value is made from the parameters of a spec. */
export interface Method<K extends MethodKind = MethodKind> extends MethodText {
  readonly kind: K;
  readonly parameters: readonly Parameter[];
  /** @throws UsageError 'usage-option' for values out of range, or that do not go together */
  make(parameters: MethodSpec['parameters']): MethodValues[K];
}

export type AnyMethod = { readonly [K in MethodKind]: Method<K> }[MethodKind];

/** What makes the values of a method: `definePolicy()`, `defineSelection()`, `defineMask()` and `defineProposer()` return such. */
// oxlint-disable-next-line typescript/no-explicit-any -- whatever its settings are
export type MethodFactory = PolicyFactory<any> | SelectionFactory<any> | MaskFactory<any> | ProposerFactory<any>;

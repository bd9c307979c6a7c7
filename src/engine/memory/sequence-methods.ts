import { selectionName, type AttentionMask, type DecodeSelection } from '../../attention/selection.ts';
import { layerBudgets, type CacheMethod } from '../../cache/evict.ts';
import { policyName } from '../../cache/policy.ts';
import type { Proposer } from '../../decoding/proposer.ts';
import { massBuffer, type AuxSpec } from '../../kernels/aux-buffer.ts';
import type { KvType } from '../../kernels/cache-layout.ts';
import type { RunSpan } from '../../kernels/method-words.ts';
import { METHOD_WORDS, MethodWord, NO_BUDGET, Observe } from '../../kernels/step-layout.ts';
import type { CutRule, Cut } from './residency.ts';

/** What a conversation does to its cache and its attention, resolved from its options. */
export interface SequenceMethods {
  readonly kv: KvType;
  readonly cache?: CacheMethod | undefined;
  readonly select?: DecodeSelection | undefined;
  readonly prefillMask?: AttentionMask | undefined;
  readonly decodeMask?: AttentionMask | undefined;
  /** What drafts the tokens that a step verifies; undefined: each step gives one token. */
  readonly decoding?: Proposer | undefined;
}

/** Where a sequence stands: in its prompt, at rows of it behind which it is cut, or after it. */
export type Phase = 'prompt' | 'prompt-cut' | 'decode';

/** A prompt that is cut in chunks is cut after so many tokens each time, whatever else the steps compute. */
const CUT_TOKENS = 256;

export type { RunSpan };

/** What methods need beside the pages. */
export const auxOf = ({ cache, select }: SequenceMethods): readonly AuxSpec[] => [
  ...(cache?.policy.observes ? [massBuffer] : []),
  ...(select?.aux ?? []),
];

/** No head ever holds so many slots: nothing is cut. */
const NEVER = 2 ** 30;

/** When the steps of a phase cut. */
export function cutOf({ cache }: SequenceMethods, phase: Phase): Cut {
  if (!cache) return 'never';
  if (phase === 'prompt') return 'never';
  if (phase === 'prompt-cut') return 'now';
  return cache.policy.cuts === 'prompt' ? 'never' : 'due';
}

/** How many rows may come behind the first `length` tokens of a prompt before it is cut. */
export const rowsToCut = ({ cache }: SequenceMethods, length: number): number =>
  cache?.prefill === 'chunked' ? CUT_TOKENS - (length % CUT_TOKENS) : Number.POSITIVE_INFINITY;

/** The phase of rows of a prompt that ends at `promptEnd`, where they end at `end`. */
export const promptPhase = ({ cache }: SequenceMethods, end: number, promptEnd: number): Phase =>
  end === promptEnd || (cache?.prefill === 'chunked' && end % CUT_TOKENS === 0) ? 'prompt-cut' : 'prompt';

/** The part of a model's configuration that says how many heads cache something. */
export type LayerHeads = { readonly layers: readonly { readonly kvHeads: number }[] };

/** How many slots eviction leaves in each layer, and when it acts. */
export function cutRule({ cache }: SequenceMethods, config: LayerHeads): CutRule | undefined {
  if (!cache) return undefined;
  const { budget, every } = cache;
  const heads = Math.max(...config.layers.map(({ kvHeads }) => kvHeads));
  return {
    budgets: layerBudgets(cache, config.layers.length),
    every,
    spread: budget.floor > 0 ? heads - (heads - 1) * budget.floor : 1,
  };
}

/** What tells selections apart in the step state: their kernels, and the cache they look into. */
export const selectionKind = (selection: DecodeSelection, kv: KvType): string => `${selectionName(selection)} in ${kv}`;

/** Numbers that the engine gives to names, so that kernels can tell sequences of different methods apart. */
export class MethodIds {
  readonly #ids = new Map<string, number>();

  of(name: string): number {
    const id = this.#ids.get(name) ?? this.#ids.size + 1;
    this.#ids.set(name, id);
    return id;
  }
}

/** The words of a sequence's methods in the step state, and its budget in every layer. */
export function packMethods(
  methods: SequenceMethods,
  ids: MethodIds,
  phase: Phase,
  span: RunSpan,
  { closed, layers, rule }: { readonly closed: number; readonly layers: number; readonly rule: CutRule | undefined },
): { words: Uint32Array<ArrayBuffer>; budgets: Uint32Array<ArrayBuffer> } {
  const words = new Uint32Array(METHOD_WORDS);
  const floats = new Float32Array(words.buffer);
  const { cache, select } = methods;
  const { promptEnd } = span;
  if (cache) {
    const { policy, sinks, recent, every, budget } = cache;
    const { observes } = policy;
    const cut = cutOf(methods, phase);
    words[MethodWord.policy] = ids.of(policyName(policy));
    words[MethodWord.every] = cut === 'never' ? NEVER : cut === 'now' ? 1 : every;
    words[MethodWord.sinks] = sinks;
    words[MethodWord.recent] = recent;
    words[MethodWord.rank] = policy.positions === 'rank' ? 1 : 0;
    words[MethodWord.closed] = policy.positions === 'rank' ? closed : 0;
    floats[MethodWord.floor] = budget.floor;
    words.set(policy.words.pack(policy.values, span), policy.words.first);
    if (observes) {
      const { promptRows, decodeRows, decay, noise } = observes;
      words[MethodWord.observe] = noise ? Observe.noisyMass : Observe.mass;
      floats[MethodWord.decay] = decay;
      words[MethodWord.observeFrom] = promptRows === 'all' ? 0 : Math.max(0, promptEnd - promptRows);
      words[MethodWord.observeUntil] = decodeRows ? 0xffffffff : promptEnd;
    }
  }
  words[MethodWord.promptEnd] = promptEnd;
  if (select) {
    words[MethodWord.select] = ids.of(selectionKind(select, methods.kv));
    words[MethodWord.selectDense] = select.dense;
    words.set(select.words.pack(select.values, span), select.words.first);
  }
  const mask = phase === 'decode' ? methods.decodeMask : methods.prefillMask;
  if (mask) {
    words[MethodWord.window] = mask.window;
    words[MethodWord.windowSinks] = mask.sinks;
  }
  const budgets = rule ? Uint32Array.from(rule.budgets) : new Uint32Array(layers).fill(NO_BUDGET);
  return { words, budgets };
}

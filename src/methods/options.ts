/** Methods as callers give them (values, plain data, text) read to values. */

import type { AttentionOption, CacheOption, DecodingOption, MethodOptions } from '../core/api.ts';
import { UsageError } from '../core/errors.ts';
import { checkSpec, formatSpec, type MethodSpec } from '../core/method-spec.ts';
import type { AttentionMask, DecodeSelection } from '../attention/selection.ts';
import type { CacheMethod } from '../cache/evict.ts';
import type { Proposer } from '../decoding/proposer.ts';
import { makeMethod } from './registry.ts';

/** Which slots rows attend to; undefined = all. */
export interface AttentionMethods {
  readonly prefill?: AttentionMask;
  readonly decode?: AttentionMask | DecodeSelection;
}

export type AttentionOptions = NonNullable<MethodOptions['attention']>;

/**
 * Reads the option `cache` of a conversation.
 * @param option a value of `evict()`, its spec, or text such as `h2o:budget=170`
 * @throws UsageError 'usage-option'
 */
export function cacheMethodOf(option: CacheOption): CacheMethod {
  if (isObject(option) && 'policy' in option && 'budget' in option) return option as CacheMethod;
  return makeMethod(specOrText(isObject(option) && 'spec' in option ? option.spec : option), ['cache'], 'the cache');
}

/**
 * Reads the option `attention` of a conversation. A mask that is given alone holds for prompts and decoding, a selection
 * for decoding.
 * @param option a value, its spec, text such as `quest:pages=10`, or `{ prefill, decode }` of these
 * @throws UsageError 'usage-option', also for a selection that is given for prompts
 */
export function attentionOf(option: AttentionOptions): AttentionMethods {
  if (isObject(option) && !('name' in option)) {
    for (const key of Object.keys(option))
      if (key !== 'prefill' && key !== 'decode')
        throw refused(`The option attention has a part "${key}".`, 'Its parts are prefill and decode.');
    const { prefill, decode } = option;
    return {
      ...(prefill !== undefined && { prefill: maskOf(prefill) }),
      ...(decode !== undefined && { decode: eitherOf(decode, 'decoding') }),
    };
  }
  const decode = eitherOf(option, 'attention');
  return isSelection(decode) ? { decode } : { prefill: decode, decode };
}

/** Proposers of texts and specs: equal ones are one value, so that their plans are kept once. */
const PROPOSERS = new Map<string, Proposer>();

/**
 * Reads the option `decoding` of a conversation.
 * @param option a value, its spec, or text such as `token-recycling:nodes=16`
 * @throws UsageError 'usage-option'
 */
export function proposerOf(option: DecodingOption): Proposer {
  if (isObject(option) && 'encode' in option) return option as Proposer;
  const made = makeMethod(specOrText(option), ['decoding'], 'decoding');
  const known = PROPOSERS.get(formatSpec(made)) ?? made;
  PROPOSERS.set(formatSpec(made), known);
  return known;
}

/** Whether a method of attention chooses slots by what stands in them, rather than by position. */
export const isSelection = (method: object): method is DecodeSelection =>
  isObject(method) && 'encode' in method && typeof method.encode === 'function';

const isMask = (method: object): method is AttentionMask => 'window' in method && 'sinks' in method;

function maskOf(option: AttentionOption): AttentionMask {
  const method = eitherOf(option, 'prompts');
  if (isSelection(method))
    throw refused(
      `The selection ${method.name} was given for prompts.`,
      'It chooses slots for decoding tokens only; masks (sliding-window, a-shape) hold for prompts too.',
    );
  return method;
}

function eitherOf(option: AttentionOption, place: string): AttentionMask | DecodeSelection {
  if (isObject(option) && (isSelection(option) || isMask(option))) return option;
  return makeMethod(specOrText(option), ['attention-decode', 'attention-mask'], place);
}

const specOrText = (option: string | MethodSpec): string | MethodSpec =>
  typeof option === 'string' ? option : checkSpec(option);

const isObject = <T>(value: T): value is T & object => typeof value === 'object' && value !== null;

const refused = (happened: string, expected: string): UsageError =>
  new UsageError({ code: 'usage-option', happened, expected, todo: 'Correct or remove it.' });

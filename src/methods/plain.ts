/** Methods as plain data, which crosses to a Worker; only types are imported, so that a page need not load the methods. */

import type { AttentionOption, CacheOption, DecodingOption, MethodOptions } from '../core/api.ts';
import { isObject } from '../core/check-options.ts';
import type { MethodSpec } from '../core/method-spec.ts';

export type PlainMethod = string | MethodSpec;
export type PlainAttention = PlainMethod | { readonly prefill?: PlainMethod; readonly decode?: PlainMethod };

/** The option `cache` as plain data. */
export function plainCache(option: CacheOption): PlainMethod {
  return isObject(option) && 'spec' in option ? option.spec : option;
}

/** The option `attention` as plain data. */
export function plainAttention(option: NonNullable<MethodOptions['attention']>): PlainAttention {
  if (!isObject(option) || 'name' in option) return plainOf(option);
  const { prefill, decode } = option;
  return {
    ...option, // A part that is unknown is refused where it is read, not lost on the way.
    ...(prefill !== undefined && { prefill: plainOf(prefill) }),
    ...(decode !== undefined && { decode: plainOf(decode) }),
  };
}

/** The option `decoding` as plain data. */
export const plainDecoding = (option: DecodingOption): PlainMethod => plainOf(option);

const plainOf = (option: AttentionOption): PlainMethod =>
  isObject(option) ? { name: option.name, parameters: option.parameters } : option;

/** Methods by name: what there is, read from text or plain data, checked together. */

export { formatSpec, parseSpec, type MethodSpec } from '../core/method-spec.ts';
export { attentionOf, cacheMethodOf, isSelection } from './options.ts';
export type { AttentionMethods, AttentionOptions } from './options.ts';
export { checkCombination, type MethodCombination } from './combination.ts';
export { makeMethod, METHODS } from './registry.ts';
export { plainAttention, plainCache, type PlainAttention, type PlainMethod } from './plain.ts';
export { defaultText, rangeText, type Parameter } from './parameters.ts';
export type { AnyMethod, KvType, Method, MethodKind } from './method.ts';
export { MOST_SLOTS } from '../cache/evict.ts';

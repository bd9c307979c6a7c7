/** Methods by name: what there is, read from text or plain data, checked together; and one's own made known. */

export { formatSpec, parseSpec, type MethodSpec } from '../core/method-spec.ts';
export { defaultText, f32, MOST_SLOTS, oneOf, rangeText, u32, word, type Parameter } from '../core/settings.ts';
export { attentionOf, cacheMethodOf, isSelection, proposerOf } from './options.ts';
export type { AttentionMethods, AttentionOptions } from './options.ts';
export { checkCombination, type MethodCombination } from './combination.ts';
export { makeMethod, METHODS, registerMethod } from './registry.ts';
export { plainAttention, plainCache, plainDecoding, type PlainAttention, type PlainMethod } from './plain.ts';
export type { AnyMethod, KvType, Method, MethodFactory, MethodKind } from './method.ts';

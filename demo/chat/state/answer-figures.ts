import { formatCount, formatDuration, formatSpeed, formatTokens } from '../../shared/format.ts';
import { describeMethods, sameMethods } from './method-settings.ts';
import type { Answer } from './turn.ts';

/** What an answer cost, and with which methods. */
export function figures(answer: Answer): readonly string[] {
  const { state, tokens, tokensPerSecond, timeToFirstTokenMs, promptTokens, cachedTokens, seed, methods } = answer;
  return [
    ...(state === 'stopped' ? ['stopped'] : state === 'length' ? ['ended at the token limit'] : []),
    ...(tokensPerSecond ? [formatSpeed(tokensPerSecond)] : []),
    ...(timeToFirstTokenMs === undefined || tokens === 0 ? [] : [`first token ${formatDuration(timeToFirstTokenMs)}`]),
    formatTokens(tokens),
    ...(promptTokens === undefined
      ? []
      : [`prompt ${formatCount(promptTokens)}, ${formatCount(cachedTokens ?? 0)} from cache`]),
    ...(seed === undefined ? [] : [`seed ${seed}`]),
    ...(methods === undefined || sameMethods(methods, {}) ? [] : [describeMethods(methods)]),
  ];
}

/** Showing a generation while it runs. */

import type { Generation, GenerationResult } from '../core/api.ts';
import type { Terminal } from './terminal.ts';

/** Runs a generation to its end, its text written as it comes where a terminal is given. */
export async function streamText(generation: Generation, terminal: Terminal | undefined): Promise<GenerationResult> {
  for await (const { text } of generation) if (text !== '') terminal?.out(text);
  return generation.result;
}

/** How long it took, in one line for stderr. */
export function speedLine({
  ids,
  finish,
  promptTokens,
  cachedTokens,
  timeToFirstTokenMs,
  tokensPerSecond,
}: GenerationResult): string {
  const prompt = `${promptTokens} prompt tokens${cachedTokens > 0 ? ` (${cachedTokens} cached)` : ''}`;
  const speed = `first after ${timeToFirstTokenMs.toFixed(0)} ms, then ${tokensPerSecond.toFixed(1)} tokens/s`;
  return `${prompt}, ${ids.length} new (${finish}), ${speed}\n`;
}

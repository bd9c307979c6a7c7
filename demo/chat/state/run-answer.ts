import type { Signal } from '@preact/signals';
import type { GenerateOptions, Generation } from 'winnow-llm';
import { announce } from '../../shared/announcer.tsx';
import { isAbort, toProblem } from '../../shared/problem.ts';
import { engineState, noteEngineLoss } from './engine-state.ts';
import type { Answer } from './turn.ts';

export type AnswerOptions = GenerateOptions & { readonly signal: AbortSignal };

/**
 * Streams one answer into its signal; never throws.
 * @param begin starts the generation
 * @param label what the answer is called when it is read out
 */
export async function runAnswer(
  answer: Signal<Answer>,
  begin: (options: AnswerOptions) => Generation,
  options: AnswerOptions,
  label = 'Answer',
): Promise<void> {
  const show = (change: Partial<Answer>): void => {
    answer.value = { ...answer.value, ...change };
  };
  let text = '';
  let tokens = 0;
  let frame = 0;
  const flush = (): void => {
    frame = 0;
    if (!options.signal.aborted) show({ state: 'streaming', text, tokens });
  };
  try {
    if (engineState.value.phase !== 'ready') return show({ state: 'stopped' });
    const generation = begin(options);
    generation.result.catch(() => undefined); // awaited below; until then a failure must not count as unhandled
    for await (const token of generation) {
      text += token.text;
      tokens += 1;
      frame ||= requestAnimationFrame(flush); // at most one update a frame, however fast the tokens come
    }
    const result = await generation.result;
    const stopped = options.signal.aborted || result.finish === 'abort';
    const { timeToFirstTokenMs, tokensPerSecond, promptTokens, cachedTokens, seed } = result;
    show({
      timeToFirstTokenMs,
      tokensPerSecond,
      promptTokens,
      cachedTokens,
      seed,
      state: stopped ? 'stopped' : result.finish === 'length' ? 'length' : 'done',
      text: result.text,
      tokens: result.ids.length,
    });
    announce(`${stopped ? `${label} stopped` : label}: ${result.text}`);
  } catch (error) {
    const problem = toProblem(error);
    if (options.signal.aborted || isAbort(error)) return show({ state: 'stopped' });
    show({ state: 'failed', text, tokens, problem });
    noteEngineLoss(error);
  } finally {
    cancelAnimationFrame(frame);
  }
}

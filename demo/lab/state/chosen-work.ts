import type { EvalWork } from 'winnow-llm/eval/records';
import { chosen } from './page-settings.ts';
import { describedText, text } from './text-state.ts';

/** What the settings ask to be evaluated. */
export function chosenWork(): EvalWork {
  const { task, methods, budgets, seed, lengths, depths, question = 'before', ...rest } = chosen.value;
  const asked = { methods, budgets, seed };
  if (task !== undefined) return { kind: 'task', settings: { task, lengths, depths, question, ...asked } };
  const { prefill, decode, mass = false } = rest;
  return {
    kind: 'loss',
    text: text.value.content,
    settings: { text: describedText(), prefill, decode, mass, ...asked },
  };
}

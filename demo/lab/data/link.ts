import type { LossAsked, TaskAsked } from 'winnow-llm/eval/records';
import type { Shown } from '../state/shown.ts';
import { SAMPLE_NAME, type Settings } from '../state/lab-spec.ts';
import { writeUrlSettings } from '../state/url-settings.ts';

/** The address that evaluates the same again, and what it cannot hold, in words. */
export function linkOf(
  { record, file, model, local }: Shown,
  now: Settings,
): { readonly query: string; readonly missing: string } {
  const { methods, budgets, seed } = record.settings;
  const { measure, cost, adapter, disable } = now;
  const query = writeUrlSettings({
    ...(model !== undefined && { model }),
    methods,
    budgets,
    ...(record.kind === 'loss' ? lossSettings(record.settings) : taskSettings(record.settings)),
    ...(seed !== 0 && { seed }),
    ...(measure && { measure }),
    ...(cost && { cost }),
    ...(file === undefined && adapter !== undefined && { adapter }),
    ...(file === undefined && disable !== undefined && { disable }),
  });
  const missing = [
    ...(record.kind === 'loss' ? missingText(record.settings) : []),
    ...(file === undefined ? [] : ['the model: the file says only what it is called']),
    ...(local ? ['the model: it is a file of this device'] : []),
  ];
  return { query, missing: missing.join(', nor ') };
}

const lossSettings = ({ prefill, decode, mass, text }: LossAsked): Settings => ({
  prefill,
  decode,
  ...(mass && { mass }),
  ...(text.content !== undefined && { text: text.content }),
  ...(text.name !== SAMPLE_NAME && { textName: text.name.slice(0, 80) }),
});

const missingText = ({ text }: LossAsked): readonly string[] =>
  text.name !== SAMPLE_NAME && text.content === undefined ? [`the text: it is too long (${text.name})`] : [];

const taskSettings = ({ task, lengths, depths, question }: TaskAsked): Settings => ({
  task,
  lengths,
  depths,
  ...(question === 'after' && { question }),
});

import type { EvalRecord, LossAsked, TaskAsked } from 'winnow-llm/eval/records';
import { dateWords, environmentWords } from '../../shared/environment-words.ts';
import { formatFigure } from '../../shared/figures.ts';
import { formatCount } from '../../shared/format.ts';

/** What must stand on every chart, so that a picture of it is a complete report: one line. */
export function captionOf(record: EvalRecord): string {
  const { environment, date } = record;
  const { model, seed } = record.settings;
  return [
    ...environmentWords(environment),
    model,
    ...(record.kind === 'loss' ? textWords(record.settings) : taskWords(record.settings)),
    ...(seed === 0 ? [] : [`seed ${seed}`]),
    ...(record.kind === 'loss' && record.settings.mass ? ['with a copy of all keys'] : []),
    dateWords(date),
  ].join(' · ');
}

const textWords = ({ text, prefill, decode }: LossAsked): readonly string[] => [
  `${text.name} (${formatCount(text.characters)} characters)`,
  `prefill ${formatCount(prefill)}, decode ${formatCount(decode)} tokens`,
];

const taskWords = ({ task, lengths, depths, question }: TaskAsked): readonly string[] => [
  task === 'two-turn' ? task : `${task}, question ${question}`,
  `${lengths.map(formatCount).join(', ')} tokens`,
  `depths ${depths.map(formatFigure).join(', ')}`,
];

import { field } from '../bench/csv.ts';
import type { EvalResult, EvalRun, TaskRun } from './eval-result.ts';
import { summarise, type Answered, type TaskSummary } from './task-summary.ts';

const FIGURES = [
  'nll',
  'dnll',
  'dnllError',
  'kl',
  'klError',
  'klP99',
  'top1Agreement',
  'mass',
  'slotsReadPerToken',
  'kvBytesHeld',
  'kvBytesReadPerToken',
  'msPerToken',
] as const satisfies readonly (keyof EvalRun)[];

/** A result as comma-separated values (RFC 4180): the dense run, then a line for each setting, figures as they are. */
export function evalCsv({ dense, runs }: EvalResult): string {
  return csv([
    ['setting', ...FIGURES],
    ['dense', ...FIGURES.map((figure) => (figure === 'nll' ? dense.nll : ''))],
    ...runs.map((run) => [run.setting, ...FIGURES.map((figure) => run[figure] ?? '')]),
  ]);
}

/** A result as a table of Markdown, for people to read; the column of mass is there where some run measured it. */
export function evalMarkdown({ dense, runs }: EvalResult): string {
  const mass = runs.some((run) => run.mass !== undefined);
  const row = (run: EvalRun): string[] => [
    run.setting,
    `${run.nll.toFixed(4)} (${signed(run.dnll)})`,
    small(run.kl),
    small(run.klP99),
    share(run.top1Agreement),
    ...(mass ? [run.mass === undefined ? '' : share(run.mass)] : []),
    run.slotsReadPerToken.toFixed(1),
    mebibytes(run.kvBytesHeld),
    mebibytes(run.kvBytesReadPerToken),
    run.msPerToken.toPrecision(3),
  ];
  const head = [
    'methods',
    'loss (nats a token)',
    'KL from dense',
    'KL, 99th of 100',
    'same likeliest token',
    ...(mass ? ['attention kept'] : []),
    'slots read a token',
    'cache held (MiB)',
    'cache read a token (MiB)',
    'ms a token',
  ];
  const first = ['dense', dense.nll.toFixed(4), ...head.slice(2).map(() => '')];
  return markdown([head, first, ...runs.map(row)]);
}

/** Task runs as comma-separated values: a line for each question. */
export function taskCsv(runs: readonly TaskRun[]): string {
  return csv([
    ['setting', 'task', 'question', 'tokens', 'depth', 'exact', 'logProb', 'kvBytesHeld', 'msPerToken'],
    ...runs.map(({ setting, task, question, tokens, depth, exact, logProb, kvBytesHeld = '', msPerToken = '' }) => [
      setting,
      task,
      question,
      tokens,
      depth,
      exact ? 1 : 0,
      logProb,
      kvBytesHeld,
      msPerToken,
    ]),
  ]);
}

/**
 * Task runs as a table of Markdown: a line for each setting and task, and for each length how many of the questions that
 * dense attention answers were answered, then how many of all, in brackets the mean log-probability of the right answers,
 * and what the cache held.
 */
export function taskMarkdown(runs: readonly TaskRun[]): string {
  const lengths = [...new Set(runs.map(({ tokens }) => tokens))].toSorted((a, b) => a - b);
  const rows = new Map<string, TaskSummary[]>();
  for (const summary of summarise(runs)) {
    const name = [summary.setting, summary.task, summary.question].join('\n');
    rows.set(name, [...(rows.get(name) ?? []), summary]);
  }
  const cells = [...rows.values()].map((row) => {
    const { setting, task, question } = row[0]!;
    return [
      setting,
      `${task}, question ${question}`,
      ...lengths.flatMap((length) => {
        const at = row.find(({ tokens }) => tokens === length);
        return [
          answered(at?.solved),
          answered(at?.all),
          at?.kvBytesHeld === undefined ? '' : mebibytes(at.kvBytesHeld),
        ];
      }),
    ];
  });
  const heads = lengths.flatMap((length) => [
    `${length} tokens, where dense is right`,
    `${length} tokens, all`,
    `${length} tokens, cache held (MiB)`,
  ]);
  return markdown([['methods', 'task', ...heads], ...cells]);
}

const answered = (found: Answered | undefined): string =>
  found?.logProb === undefined ? 'none' : `${found.right} of ${found.of} (${found.logProb.toFixed(2)})`;

const signed = (value: number): string => `${value < 0 ? '' : '+'}${value.toFixed(4)}`;
/** Three digits that count, also of what is near 0. */
const small = (value: number): string =>
  Math.abs(value) < 0.001 && value !== 0 ? value.toExponential(1) : value.toFixed(4);
const share = (value: number): string => `${(100 * value).toFixed(1)} %`;
const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(2);

const csv = (rows: readonly (readonly (string | number)[])[]): string =>
  rows.map((row) => `${row.map(field).join(',')}\r\n`).join('');

function markdown([head = [], ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ')).join(' | ')} |\n`;
  return [head, head.map(() => '---'), ...rows].map(line).join('');
}

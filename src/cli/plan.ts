/** `winnow plan`: a step of a model as the dispatches that it is recorded as. */

import {
  engineOptions,
  withCommonOptions,
  withMethodOptions,
  type CommonOptions,
  type MethodFlags,
} from './common-options.ts';
import { columns, mebibytes, printable } from './format.ts';
import type { DispatchFacts, RecordedStep } from './library.ts';
import { wholeNumber } from './option-values.ts';
import { printJson, type AddCommand } from './session.ts';

interface PlanFlags extends CommonOptions, MethodFlags {
  readonly rows?: number;
  readonly length?: number;
}

export const addPlan: AddCommand = (program, { library, terminal }) => {
  withMethodOptions(withCommonOptions(program.command('plan').argument('<model>', 'path, URL or name of the model')))
    .description(
      'show a step as the dispatches that it is recorded as, before any weights are read: kernel, workgroups, bytes of the buffers that it is bound to, and the variant it is compiled as',
    )
    .option(
      '--rows <n>',
      '1 to 8: a token each of as many conversations; 9 to a chunk: a prompt',
      wholeNumber('--rows', 1),
    )
    .option('--length <tokens>', 'tokens of the longest conversation behind the step', wholeNumber('--length', 1))
    .action(async (model: string, { rows, length, json, ...options }: PlanFlags) => {
      const step = await library.recordStep({
        ...engineOptions(model, options),
        ...(rows !== undefined && { rows }),
        ...(length !== undefined && { length }),
      });
      if (json) printJson(terminal, step);
      else terminal.out(formatStep(step));
    });
};

/** A recorded step as a page of text; layers that do the same are one group of lines. */
export function formatStep(recorded: RecordedStep): string {
  const { model, adapter, tuning, rows, length, phase, pipelines, features, step, cut, fallbacks } = recorded;
  const layers = new Set(step.map(({ layer }) => layer).filter((layer) => layer !== null)).size;
  const inLayers = step.filter(({ layer }) => layer !== null).length;
  const what =
    phase === 'prompt'
      ? `a prompt of ${rows} tokens`
      : rows === 1
        ? 'one token'
        : `a token each of ${rows} conversations`;
  const lines = [
    `${printable(model)} on ${printable(adapter)}: ${what}, ${length} tokens behind it`,
    `${step.length} dispatches, ${(inLayers / Math.max(1, layers)).toFixed(1).replace('.0', '')} a layer; ${pipelines} pipelines; features: ${features.join(', ') || 'none'}; shapes: ${tuning}`,
    '',
    ...tableOf(step),
    ...(cut.length > 0 ? ['', 'behind it, where a cache is cut:', '', ...tableOf(cut)] : []),
    ...(fallbacks.length > 0 ? ['', ...fallbacks.map((fallback) => `fallback: ${printable(fallback)}`)] : []),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

const HEAD = ['layer', 'step', 'kernel', 'grid', 'bytes', 'variant'] as const;

const tableOf = (dispatches: readonly DispatchFacts[]): string[] =>
  columns([HEAD, ...grouped(dispatches).flatMap(({ layers, list }) => list.map((one) => rowOf(layers, one)))]);

const rowOf = (layers: string, { label, kernel, grid, bytes, variant }: DispatchFacts): string[] => [
  layers,
  label,
  kernel,
  grid.join('x'),
  mebibytes(bytes),
  variant,
];

interface Group {
  readonly layers: string;
  readonly list: readonly DispatchFacts[];
}

/** Runs of dispatches of one layer each, where neighbouring layers with equal dispatches are one group. */
function grouped(dispatches: readonly DispatchFacts[]): Group[] {
  const runs: { first: number | null; last: number | null; text: string; list: DispatchFacts[] }[] = [];
  for (const [at, one] of dispatches.entries()) {
    if (at > 0 && dispatches[at - 1]!.layer === one.layer) runs.at(-1)!.list.push(one);
    else runs.push({ first: one.layer, last: one.layer, text: '', list: [one] });
  }
  const groups: typeof runs = [];
  for (const run of runs) {
    run.text = JSON.stringify(run.list.map((one) => ({ ...one, layer: null })));
    const before = groups.at(-1);
    if (before && run.first !== null && before.last !== null && before.text === run.text) before.last = run.last;
    else groups.push(run);
  }
  return groups.map(({ first, last, list }) => ({
    layers: first === null ? '' : first === last ? String(first) : `${first}-${last}`,
    list,
  }));
}

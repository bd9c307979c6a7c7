/**
 * A stand-in for evaluations in tests of the page alone: the same interface, no GPU. A word of the text chooses how it
 * goes: "slow" stays after the second run until it is aborted, "dense only" before the first, "lost" loses the device
 * there, "software" is an adapter that computes on the CPU. A text of fewer characters than tokens asked for is too short
 * where it says "short". A task has no text: one with the seed 7 stays after its tenth point, one with the seed 8 is lost.
 */

import type { EvalRecord, EvalWork } from '../../../src/eval/eval-record.ts';
import type { RunEvalOptions } from '../../../src/eval/eval-tools.ts';
import { abortedError, DeviceLostError, UsageError } from '../../../src/core/errors.ts';
import { evalFixture, taskFixture } from './eval-fixture.ts';

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export async function runEval(options: RunEvalOptions): Promise<EvalRecord> {
  const { host, work, signal, onProgress } = options;
  onProgress?.({ stage: 'load', label: 'download', done: 49e6, total: 98e6 });
  await pause(20);
  const aborted = (): boolean => signal?.aborted ?? false;
  const waits = async (): Promise<void> => {
    while (!aborted()) await pause(10);
    throw abortedError(signal?.reason);
  };
  const record = await (work.kind === 'loss' ? loss(work, options, waits) : task(work, options, waits));
  return { ...record, environment: { ...record.environment, ...host.environment } };
}

async function loss(
  { text, settings }: Extract<EvalWork, { kind: 'loss' }>,
  { host, onProgress, onPartial }: RunEvalOptions,
  waits: () => Promise<void>,
): Promise<EvalRecord> {
  const whole = evalFixture({ settings, software: text.includes('software') });
  const { runs, ...head } = { ...whole, environment: { ...whole.environment, ...host.environment } };
  if (text.includes('short')) throw tooShort(settings.prefill + settings.decode + 1);
  onProgress?.({ stage: 'dense', label: 'the text with dense attention', done: 0.5, total: 1 });
  await pause(20);
  onPartial?.({ ...head, runs: [] });
  if (text.includes('dense only')) await waits();
  for (const [index, run] of runs.entries()) {
    const label = `${run.setting}: run ${index + 1} of ${runs.length}`;
    onProgress?.({ stage: 'methods', label, done: index + 0.5, total: runs.length });
    if (index === 2 && text.includes('slow')) await waits();
    if (index === 2 && text.includes('lost')) throw deviceLost();
    onPartial?.({ ...head, runs: runs.slice(0, index + 1) });
  }
  return { ...head, runs };
}

async function task(
  { settings }: Extract<EvalWork, { kind: 'task' }>,
  { host, onProgress, onPartial }: RunEvalOptions,
  waits: () => Promise<void>,
): Promise<EvalRecord> {
  const whole = taskFixture({ settings });
  const { runs, ...head } = { ...whole, environment: { ...whole.environment, ...host.environment } };
  for (const [index, { setting }] of runs.entries()) {
    const stage = setting === 'dense' ? 'dense' : 'methods';
    onProgress?.({ stage, label: `${setting}: point ${index + 1}`, done: index + 0.5, total: runs.length });
    if (index === 10 && settings.seed === 7) await waits();
    if (index === 10 && settings.seed === 8) throw deviceLost();
    onPartial?.({ ...head, runs: runs.slice(0, index + 1) });
  }
  return { ...head, runs };
}

const tooShort = (needed: number): UsageError =>
  new UsageError({
    code: 'usage-option',
    happened: 'There are 12 ids.',
    expected: `${needed} were expected.`,
    todo: 'Pass other lengths, or a longer text.',
  });

const deviceLost = (): DeviceLostError =>
  new DeviceLostError({
    code: 'device-lost',
    happened: 'The GPU device was lost: its driver was reset.',
    expected: 'The device stays while it is measured.',
    todo: 'Run the evaluation again.',
  });

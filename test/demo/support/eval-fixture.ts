/** An evaluation as the page gets it, made up but of one piece: smaller budgets lose more, keeping by lot loses most. */

import type { LossRecord, TaskRecord } from '../../../src/eval/eval-record.ts';
import type { EvalRun, TaskRun } from '../../../src/eval/eval-result.ts';
import { readSetting } from '../../../src/eval/read-setting.ts';
import { settingText } from '../../../src/eval/setting-text.ts';
import { benchFixture } from './bench-fixture.ts';

const SETTINGS: LossRecord['settings'] = {
  model: 'SmolLM2 135M Instruct',
  text: { name: 'the opening of Moby-Dick', characters: 5332 },
  prefill: 768,
  decode: 384,
  methods: ['f16', 'q8', 'h2o', 'streaming-llm', 'quest:recent=16', 'random'],
  budgets: [64, 128, 256],
  seed: 0,
  mass: false,
};

/** How badly a method chooses, from 0 for one that keeps all. */
const HARM: Readonly<Record<string, number>> = { f16: 0, q8: 0, h2o: 1, 'streaming-llm': 2.4, quest: 0.6, random: 5 };
const SLOT_BYTES = 23_040;

function runOf(setting: string, { prefill, decode, mass }: LossRecord['settings']): EvalRun {
  const name = setting.split(/[:+ ]/, 1)[0] ?? '';
  const size = Number(/(?:budget|k|window)=(\d+)/.exec(setting)?.[1] ?? Number.NaN);
  const pages = Number(/pages=(\d+)/.exec(setting)?.[1] ?? Number.NaN);
  const all = prefill + decode / 2;
  const slots = Math.min(all, size || pages * 16 || all);
  const harm = (HARM[name] ?? 1.5) * (1 / slots - 1 / all) * 12;
  const kl = harm * 0.8 + (name === 'f16' ? 0 : 0.0004);
  const several = decode > 1;
  return {
    setting,
    nll: 3.1 + harm,
    dnll: harm,
    ...(several && { dnllError: 0.08 * Math.sqrt(harm + 0.001), klError: 0.05 * Math.sqrt(kl) }),
    kl,
    klP99: kl * 9,
    top1Agreement: Math.max(0, 1 - harm * 0.7 - (name === 'f16' ? 0 : 0.004)),
    ...(mass && { mass: 1 - harm * 0.4 }),
    slotsReadPerToken: slots,
    kvBytesHeld: (pages ? all : slots) * SLOT_BYTES,
    kvBytesReadPerToken: slots * SLOT_BYTES,
    msPerToken: 8 + slots / 400 + (pages ? 1.2 : 0),
  };
}

export interface EvalFixtureOptions {
  readonly software?: boolean;
  readonly date?: string;
  readonly settings?: Partial<LossRecord['settings']>;
}

/** A whole evaluation of what its settings ask for. */
export function evalFixture({ software = false, date, settings }: EvalFixtureOptions = {}): LossRecord {
  const asked = { ...SETTINGS, ...settings };
  const texts = asked.methods.flatMap((text) => readSetting(text, asked.budgets).map(settingText));
  return {
    format: 'winnow-eval',
    formatVersion: 1,
    kind: 'loss',
    date: date ?? '2026-11-24T16:22:00.000Z',
    environment: benchFixture({ software }).environment,
    settings: asked,
    dense: { nll: 3.1 },
    runs: [...new Set(texts)].map((text) => runOf(text, asked)),
  };
}

const TASK: TaskRecord['settings'] = {
  model: 'SmolLM2 135M Instruct',
  task: 'needle',
  lengths: [512, 1024],
  depths: [0, 0.25, 0.5, 0.75, 1],
  question: 'before',
  methods: ['f16', 'h2o', 'streaming-llm', 'random'],
  budgets: [64, 128, 256],
  seed: 0,
};

/** A task's whole evaluation: what is small or keeps the ends forgets the middle; dense attention fails at one place. */
export function taskFixture({
  software = false,
  settings,
}: { readonly software?: boolean; readonly settings?: Partial<TaskRecord['settings']> } = {}): TaskRecord {
  const asked = { ...TASK, ...settings };
  const { task, lengths, depths, question } = asked;
  const texts = asked.methods.flatMap((text) => readSetting(text, asked.budgets).map(settingText));
  const questions = task === 'two-turn' ? (['before', 'after'] as const) : [question];
  return {
    format: 'winnow-eval',
    formatVersion: 1,
    kind: 'task',
    date: '2026-11-24T16:22:00.000Z',
    environment: benchFixture({ software }).environment,
    settings: asked,
    runs: ['dense', ...new Set(texts)].flatMap((setting) =>
      lengths.flatMap((tokens) =>
        depths.flatMap((depth) =>
          questions.map((asks): TaskRun => {
            const size = Math.min(tokens, Number(/budget=(\d+)/.exec(setting)?.[1] ?? tokens));
            const harm =
              (HARM[setting.split(/[:+ ]/, 1)[0] ?? ''] ?? 0) * (1 - size / tokens) * depth * (1.2 - depth) * 4;
            const logProb = -0.1 - tokens / 4000 - harm - (depth === 0.25 && tokens > 600 ? 3 : 0);
            const answer = { exact: logProb > -1.5, logProb };
            const took = { kvBytesHeld: size * SLOT_BYTES, msPerToken: 8 + size / 400 };
            return { setting, task, question: asks, tokens, depth, ...answer, ...took };
          }),
        ),
      ),
    ),
  };
}

import { type Check, list, Mismatch, number, object, oneOf, optional, text, truth } from '../bench/checks.ts';
import { environment } from '../bench/saved-result.ts';
import type { EvalRecord } from './eval-record.ts';
import { TASK_NAMES } from './task.ts';

/** Losses and their differences may be negative; no real one is this large. */
const nats = number(-1e6);
const MOST_RUNS = 1000;
/** A task has a point for each setting, length and depth. */
const MOST_POINTS = 20_000;

const run = object({
  setting: text(),
  nll: nats,
  dnll: nats,
  dnllError: optional(number()),
  kl: number(),
  klError: optional(number()),
  klP99: number(),
  top1Agreement: number(),
  mass: optional(number()),
  slotsReadPerToken: number(),
  kvBytesHeld: number(),
  kvBytesReadPerToken: number(),
  msPerToken: number(),
});

const head = {
  format: oneOf('winnow-eval'),
  formatVersion: oneOf(1),
  kind: oneOf('loss', 'task'),
  date: text(64),
  environment,
};

const methodsAsked = {
  model: text(),
  methods: list(text(), MOST_RUNS),
  budgets: list(number(1)),
  seed: number(),
};

const lossRecord = object({
  ...head,
  settings: object({
    ...methodsAsked,
    text: object({ name: text(), characters: number(), content: optional(text(4000)) }),
    prefill: number(1),
    decode: number(1),
    mass: truth,
  }),
  dense: object({ nll: nats }),
  runs: list(run, MOST_RUNS),
});

const taskName = oneOf(...TASK_NAMES);
const question = oneOf('before', 'after');
const depth: Check = (value, at) => {
  number()(value, at);
  if ((value as number) > 1) throw new Mismatch(at, 'a number from 0 to 1', value);
};

const taskRun = object({
  setting: text(),
  task: taskName,
  question,
  tokens: number(1),
  depth,
  exact: truth,
  logProb: nats,
  kvBytesHeld: optional(number()),
  msPerToken: optional(number()),
});

const taskRecord = object({
  ...head,
  settings: object({
    ...methodsAsked,
    task: taskName,
    lengths: list(number(1), MOST_RUNS),
    depths: list(depth, MOST_RUNS),
    question,
  }),
  runs: list(taskRun, MOST_POINTS),
});

/**
 * Reads the text of a saved evaluation. It is untrusted: every field that is looked at later is checked.
 * @throws {Mismatch} naming the first field that is not what it should be
 */
export function parseEvalRecord(source: string): EvalRecord {
  let value: unknown;
  try {
    value = JSON.parse(source);
  } catch {
    throw new Mismatch('', 'JSON text', source);
  }
  // First whether it is one at all, and of which kind: the rest differs.
  object({ format: head.format, formatVersion: head.formatVersion, kind: head.kind })(value, '');
  const record = value as EvalRecord;
  (record.kind === 'loss' ? lossRecord : taskRecord)(record, '');
  return record;
}

import { list, Mismatch, number, object, oneOf, optional, text, truth } from '../checks.ts';
import { environment } from '../saved-result.ts';
import type { EvalRecord } from './eval-record.ts';

/** Losses and their differences may be negative; no real one is this large. */
const nats = number(-1e6);
const MOST_RUNS = 1000;

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

const record = object({
  format: oneOf('winnow-eval'),
  formatVersion: oneOf(1),
  date: text(64),
  environment,
  settings: object({
    model: text(),
    text: object({ name: text(), characters: number(), content: optional(text(4000)) }),
    prefill: number(1),
    decode: number(1),
    methods: list(text(), MOST_RUNS),
    budgets: list(number(1)),
    seed: number(),
    mass: truth,
  }),
  dense: object({ nll: nats }),
  runs: list(run, MOST_RUNS),
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
  object({ format: oneOf('winnow-eval') })(value, '');
  record(value, '');
  return value as EvalRecord;
}

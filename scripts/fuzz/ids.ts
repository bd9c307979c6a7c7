/** Arguments that only JavaScript lets through: ids, options, stop strings, masks. Refused with a code, or right. */

import { seededRandom, type SeededRandom } from '../../cases/support/seeded-random.ts';
import * as masks from '../../src/attention/masks/index.ts';
import * as selections from '../../src/attention/selections/index.ts';
import * as budgets from '../../src/cache/budgets.ts';
import { evict } from '../../src/cache/evict.ts';
import * as policies from '../../src/cache/policies/index.ts';
import { choice, constraintOf, plainConstraint, registerConstraint, tokenMask } from '../../src/constraints/index.ts';
import { checkIds } from '../../src/engine/check-ids.ts';
import {
  checkConversationOptions,
  checkEngineOptions,
  checkGenerateOptions,
  checkScoreOptions,
} from '../../src/engine/engine-options.ts';
import { createTokenizerApi } from '../../src/engine/tokenizer-api.ts';
import {
  attentionOf,
  cacheMethodOf,
  parseSpec,
  plainAttention,
  plainCache,
  registerMethod,
} from '../../src/methods/index.ts';
import { GENERATE_DEFAULTS, packSequence, resolveSampling } from '../../src/sampling/settings.ts';
import { createTokenizer } from '../../src/tokenizer/from-gguf.ts';
import { StreamDecoder } from '../../src/tokenizer/stream-decoder.ts';
import { tinyMetadata } from '../../test/unit/tokenizer/support.ts';
import { coded, Find, type FuzzPart } from './fuzz.ts';

const tokenizer = createTokenizer(tinyMetadata({ merges: ['a b', 'ab c'], control: ['<e>'], userDefined: ['<u>'] }));
const api = createTokenizerApi({ tokenizer, template: undefined });

const VALUES: readonly unknown[] = [
  [0, -0, 1, -1, 0.5, 2, 255, 258, 259, 2 ** 31, 2 ** 32, 2 ** 53, -(2 ** 53), 1e308, 1e-300],
  [Number.NaN, Number.POSITIVE_INFINITY, 1n, -1n, '', 'a', '1', 'ab', true, false, null, undefined, Symbol('s')],
  [[], {}, Object.create(null), () => 1, new Date(0), new Uint32Array(2), new Map(), Object(1), Object('a')],
].flat();
const NAMES = [
  ['temperature', 'topK', 'topP', 'minP', 'repetitionPenalty', 'presencePenalty', 'frequencyPenalty', 'seed'],
  ['maxTokens', 'stop', 'ignoreEos', 'logprobs', 'constraint', 'signal', 'system', 'cache', 'attention', 'kv', 'model'],
  ['context', 'disable', 'device', 'stride', 'logits', 'top', '__proto__', 'constructor', 'bogus'],
].flat();

/** What makes methods, budgets and constraints, as JavaScript may call it. */
const FACTORIES = [
  ...Object.values({ ...policies, ...selections, ...masks, ...budgets }),
  evict,
  cacheMethodOf,
  attentionOf,
  plainCache,
  plainAttention,
  parseSpec,
  choice,
  tokenMask,
  constraintOf,
  plainConstraint,
  registerMethod,
  registerConstraint,
] as unknown as readonly ((...values: unknown[]) => unknown)[];

const pick = <T>(random: SeededRandom, list: readonly T[]): T => list[random.int(list.length)]!;

function anything(random: SeededRandom, depth = 0): unknown {
  if (depth < 2 && random.next() < 0.3) return Array.from({ length: random.int(5) }, () => anything(random, depth + 1));
  return pick(random, VALUES);
}

const options = (random: SeededRandom): object =>
  Object.fromEntries(Array.from({ length: random.int(4) }, () => [pick(random, NAMES), anything(random)]));

/** The text before the stop string that is complete first; of several that end together, before the longest. */
function cut(text: string, stop: readonly string[]): string {
  for (let end = 0; end <= text.length; end++) {
    const starts = stop.filter((each) => text.slice(0, end).endsWith(each)).map((each) => end - each.length);
    if (starts.length > 0) return text.slice(0, Math.min(...starts));
  }
  return text;
}

function checkStream(random: SeededRandom): void {
  const letters = ['a', 'b', 'ab', 'c', 'é', '<', '\uD83D', '😀', ' '];
  const stop = Array.from({ length: random.int(4) }, () =>
    Array.from({ length: 1 + random.int(4) }, () => pick(random, letters)).join(''),
  );
  const ids = Array.from({ length: random.int(40) }, () =>
    random.next() < 0.5 ? pick(random, [97, 98, 99, 256, 257, 259]) : random.int(tokenizer.vocabSize),
  );
  const input = (): string => JSON.stringify({ ids, stop });
  const stream = new StreamDecoder(tokenizer, { stop });
  const pieces = ids.map((id) => stream.push(id).text);
  const text = pieces.join('') + stream.flush().text;
  const meant = cut(tokenizer.decode(ids), stop);
  if (text !== meant) throw new Find(`${JSON.stringify(text)} was streamed, not ${JSON.stringify(meant)}`, input());
}

export const ids: FuzzPart = {
  name: 'ids',
  about: 'ids and options are refused with a code or right, streams end before the first stop string',
  milliseconds: 1000,
  async round(seed) {
    const random = seededRandom(seed);
    const input = (): string => `seed ${seed}`;
    const list = anything(random);
    const taken = await coded(input, () => checkIds(list as number[], tokenizer.vocabSize));
    if (taken && [...taken].some((id) => !Number.isInteger(id) || id < 0 || id >= tokenizer.vocabSize))
      throw new Find('ids that are none were taken', input());
    await coded(input, () => api.decode(list as number[], anything(random) as object));
    await coded(input, () => api.encode(anything(random) as string, anything(random) as object));
    await coded(input, () => api.applyChatTemplate(anything(random) as [], anything(random) as object));
    const given = random.next() < 0.1 ? anything(random) : options(random);
    for (const check of [checkEngineOptions, checkConversationOptions, checkGenerateOptions, checkScoreOptions])
      // oxlint-disable-next-line no-await-in-loop
      await coded(input, () => check(given as never));
    const settings = await coded(input, () => resolveSampling(options(random), { ...GENERATE_DEFAULTS, seed: 1 }));
    if (settings) {
      const start = { remaining: 1 + random.int(100), stopIds: Array.from({ length: random.int(40) }, (_, i) => i) };
      packSequence(settings, { ...start, ignoreEos: random.next() < 0.5 });
      if (Object.values(settings).some((value) => !Number.isFinite(value)))
        throw new Find('a setting that is no number', input());
    }
    for (const make of FACTORIES) {
      // oxlint-disable-next-line no-await-in-loop
      await coded(input, () => make(anything(random), anything(random)));
      // oxlint-disable-next-line no-await-in-loop
      await coded(input, () => make(options(random)));
    }
    await coded(input, () => new StreamDecoder(tokenizer, { stop: anything(random) as string[] }));
    checkStream(random);
  },
};

import { expect, it } from 'vitest';
import { defineMask, defineSelection } from '../../../src/attention/index.ts';
import { checkSettings, runBench } from '../../../src/bench/index.ts';
import { definePolicy, evict } from '../../../src/cache/index.ts';
import { allow, choice, emptyMask, tokenMask } from '../../../src/constraints/index.ts';
import { WinnowError } from '../../../src/core/errors.ts';
import { defineProposer } from '../../../src/decoding/index.ts';
import {
  buildTask,
  evaluate,
  expandSweep,
  methodsOf,
  readSetting,
  runEval,
  runTasks,
} from '../../../src/eval/index.ts';
import { attentionOf, cacheMethodOf, checkCombination, makeMethod, parseSpec, registerMethod } from '../../../src/methods/index.ts'; // prettier-ignore
import { inspectModel, openTokenizer, recordStep } from '../../../src/node.ts';

/** What a caller without types may pass. */
const ODD = [undefined, null, 5, NaN, 10n, Symbol('s'), '', 'abc', true, [], [null], {}, () => 1, new Map()];

/** Functions that a package's user calls, given one odd value where there would be several. */
// oxlint-disable-next-line typescript/no-explicit-any -- as JavaScript may
const DOORS: Readonly<Record<string, (value: any) => unknown>> = {
  definePolicy,
  defineMask,
  defineSelection,
  defineProposer,
  evict,
  allow: (value) => allow(value, value),
  choice,
  emptyMask,
  tokenMask,
  cacheMethodOf,
  attentionOf,
  checkCombination,
  makeMethod: (value) => makeMethod(value, ['cache'], 'the cache'),
  parseSpec,
  registerMethod,
  readSetting: (value) => readSetting(value, []),
  methodsOf,
  expandSweep: (value) => expandSweep([], value),
  buildTask: (value) => buildTask(value, async () => 1),
  evaluate: (value) => evaluate(value, value),
  runTasks: (value) => runTasks(value, value),
  runEval,
  runBench,
  checkSettings,
  inspectModel,
  openTokenizer,
  recordStep,
};

it.each(Object.entries(DOORS))('%s takes an odd value or refuses it with a code', async (_, call) => {
  for (const value of ODD) {
    const error: unknown = await (async () => call(value))().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (error !== undefined) expect(error, typeof value).toBeInstanceOf(WinnowError);
  }
});

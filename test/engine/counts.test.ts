import { expect, test } from 'vitest';
import { recordStep } from '../../src/node.ts';
import { tinyEngine } from '../support/tiny-engine.ts';
import { tinyModel } from '../support/tiny-model.ts';

test('a decode step is 6 dispatches a layer and 4 around them, and creates and writes nothing', async () => {
  const engine = await tinyEngine({ layers: 3, contextLength: 2048 }, { context: 2048 });
  await engine.generate([1, 2, 3, 4], { maxTokens: 40, ignoreEos: true }).result;
  const short = (await engine.report()).perToken;
  // One part of the slots needs no merge: 5.
  expect(short.dispatchesPerLayer).toBe(5);
  expect(short.dispatches).toBe(3 * 5 + 4);
  // A step that was recorded without weights is the one that ran.
  const model = new Blob([tinyModel({ layers: 3, contextLength: 2048 })]);
  const recorded = await recordStep({ model, context: 2048, length: 44 });
  expect(recorded.step).toHaveLength(short.dispatches);
  const { kernels } = await engine.report();
  for (const { kernel, variant } of recorded.step) expect(kernels[kernel]?.split('; ')).toContain(variant);
  expect(short).toMatchObject({ bindGroupsCreated: 0, buffersCreated: 0, bytesWritten: 0 });
  const long = Array.from({ length: 600 }, (_, i) => i % 300);
  await engine.generate(long, { maxTokens: 40, ignoreEos: true }).result;
  const split = (await engine.report()).perToken;
  expect(split.dispatchesPerLayer).toBe(6);
  expect(split).toMatchObject({ bindGroupsCreated: 0, buffersCreated: 0, bytesWritten: 0 });
  await engine.dispose();
});

test('what a selection adds is counted to its layers', async () => {
  const engine = await tinyEngine({ layers: 3, contextLength: 2048 }, { context: 2048 });
  const conversation = engine.conversation({ attention: 'quest:pages=4' });
  await conversation.send('a long prompt '.repeat(8), { maxTokens: 40, ignoreEos: true }).result;
  const { dispatches, dispatchesPerLayer } = (await engine.report()).perToken;
  expect(dispatchesPerLayer).toBe(6);
  expect(dispatches).toBe(3 * 6 + 4);
  await engine.dispose();
});

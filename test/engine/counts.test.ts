import { expect, test } from 'vitest';
import { tinyEngine } from '../support/tiny-engine.ts';

test('a decode step is 6 dispatches a layer and 4 around them, and creates and writes nothing', async () => {
  const engine = await tinyEngine({ layers: 3, contextLength: 2048 }, { context: 2048 });
  await engine.generate([1, 2, 3, 4], { maxTokens: 40, ignoreEos: true }).result;
  const short = (await engine.report()).perToken;
  // One part of the slots needs no merge: 5.
  expect(short.dispatchesPerLayer).toBe(5);
  expect(short.dispatches).toBe(3 * 5 + 4);
  expect(short).toMatchObject({ bindGroupsCreated: 0, buffersCreated: 0, bytesWritten: 0 });
  const long = Array.from({ length: 600 }, (_, i) => i % 300);
  await engine.generate(long, { maxTokens: 40, ignoreEos: true }).result;
  const split = (await engine.report()).perToken;
  expect(split.dispatchesPerLayer).toBe(6);
  expect(split).toMatchObject({ bindGroupsCreated: 0, buffersCreated: 0, bytesWritten: 0 });
  await engine.dispose();
});

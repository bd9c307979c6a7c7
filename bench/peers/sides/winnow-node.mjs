// Winnow in Node, from the built package.
import { describeWinnow, winnowRunner } from './winnow-loop.mjs';

export async function load({ gguf, context }) {
  const { createEngine } = await import('../../../dist/node.js');
  const engine = await createEngine({ model: gguf, context });
  return { run: winnowRunner(engine), ...(await describeWinnow(engine)) };
}

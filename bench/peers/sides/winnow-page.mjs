// Winnow in a page, on its main thread like the peers; Vite bundles this with the sources.
import { createEngine } from 'winnow-llm';
import { describeWinnow, winnowRunner } from './winnow-loop.mjs';

export async function load({ gguf, context }) {
  const model = await (await fetch(gguf)).blob();
  const engine = await createEngine({ model, context });
  return { run: winnowRunner(engine), ...(await describeWinnow(engine)) };
}

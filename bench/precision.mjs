// What prompts in fewer bits cost and give: node bench/precision.mjs [--model M] [--tokens 512] [--runs 5] [--adapter PATTERN] [--out FILE]
// Every precision scores the same text; its rows are compared with those of f32, and prompts are timed by turns.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildLibrary } from '../scripts/build.mjs';
import { root, say, writeJson } from '../scripts/lib/project.mjs';

const PRECISIONS = ['f32', 'f16', 'int8'];

const { values: options } = parseArgs({
  options: {
    model: { type: 'string', default: 'smollm2-135m-instruct' },
    tokens: { type: 'string', default: '512' },
    runs: { type: 'string', default: '5' },
    adapter: { type: 'string' },
    out: { type: 'string' },
  },
});
await buildLibrary();
const { createEngine } = await import(join(root, 'dist', 'node.js'));
const { runtimeOf } = await import(join(root, 'dist', 'engine', 'engine.js'));
const { score } = await import(join(root, 'dist', 'engine', 'score.js'));
const { LogitComparison } = await import(join(root, 'dist', 'bench', 'index.js'));

const ids = JSON.parse(readFileSync(join(root, 'test', 'golden', 'perplexity.json'), 'utf8')).ids.slice(
  0,
  Number(options.tokens),
);
const engines = [];
for (const activations of PRECISIONS)
  engines.push(
    await createEngine({
      model: options.model,
      activations,
      context: ids.length + 8,
      ...(options.adapter && { adapter: options.adapter }),
    }),
  );

const reference = [];
const quality = [];
for (const [i, engine] of engines.entries()) {
  say(`scoring ${ids.length} tokens in ${PRECISIONS[i]}`);
  const comparison = new LogitComparison();
  const { nll } = await score(runtimeOf(engine), ids, {}, (position, logits) => {
    if (i === 0) reference[position] = logits;
    comparison.add(reference[position], logits);
  });
  quality.push({ nll, ...comparison.result });
}
reference.length = 0;

const speeds = PRECISIONS.map(() => []);
for (let round = 0; round <= Number(options.runs); round++) {
  say(round === 0 ? 'warming up' : `round ${round} of ${options.runs}`);
  for (const [i, engine] of engines.entries()) {
    const { timeToFirstTokenMs } = await engine.generate(ids, { maxTokens: 1, ignoreEos: true }).result;
    if (round > 0) speeds[i].push((1000 * ids.length) / timeToFirstTokenMs);
  }
}
const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)];
const spread = (list) => ({ median: median(list), min: Math.min(...list), max: Math.max(...list), runs: list.length });
const reports = await Promise.all(engines.map((engine) => engine.report()));
const result = {
  format: 'winnow-precision',
  formatVersion: 1,
  date: new Date().toISOString(),
  environment: {
    version: reports[0].version,
    runtime: `Node ${process.versions.node}`,
    platform: `${process.platform} ${process.arch}`,
    adapter: reports[0].adapter,
  },
  settings: { model: reports[0].model.name, tokens: ids.length, runs: Number(options.runs) },
  runs: PRECISIONS.map((asked, i) => ({
    asked,
    ran: reports[i].precision.activations,
    ...quality[i],
    dnll: quality[i].nll - quality[0].nll,
    prefill: spread(speeds[i]),
    /** Of each round, over f32. */
    speedup: spread(speeds[i].map((speed, round) => speed / speeds[0][round])),
    fallbacks: reports[i].fallbacks,
  })),
};
for (const { asked, ran, nll, dnll, kl, klP99, top1Agreement, speedup } of result.runs)
  process.stdout.write(
    `${asked}${ran === asked ? '' : ` (ran ${ran})`}: nll ${nll.toFixed(5)} (${dnll >= 0 ? '+' : ''}${dnll.toFixed(5)}), KL ${kl.toExponential(2)} (p99 ${klP99.toExponential(2)}), same token ${(100 * top1Agreement).toFixed(1)} %, ${speedup.median.toFixed(2)} times as fast\n`,
  );
if (options.out) writeJson(join(process.cwd(), options.out), result);
for (const engine of engines) await engine.dispose();
process.exit(0);

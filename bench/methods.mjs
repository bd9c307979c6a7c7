// What methods of cache and attention cost and save: node bench/methods.mjs [--model M] [--prefill 1024] [--decode 256] [--timed 24] [--adapter PATTERN] [--out FILE]
// Every method reads the same text and keeps or reads about 17 of 100 slots; a second pass times each between two dense runs.
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { buildLibrary } from '../scripts/build.mjs';
import { readJson, root, say, writeJson } from '../scripts/lib/project.mjs';

const SHARE = 0.17;
const SINKS = 4;
const RECENT = 64;

const { values: options } = parseArgs({
  options: {
    model: { type: 'string', default: 'smollm2-135m-instruct' },
    prefill: { type: 'string', default: '1024' },
    decode: { type: 'string', default: '256' },
    timed: { type: 'string', default: '24' },
    adapter: { type: 'string' },
    out: { type: 'string' },
  },
});
const [prefill, decode, timed] = [options.prefill, options.decode, options.timed].map(Number);
const slots = Math.round(SHARE * prefill);
const chosen = slots - SINKS - RECENT;
if (!(chosen > 0))
  throw new Error(`--prefill is ${prefill}: ${slots} slots are too few for ${SINKS} sinks and ${RECENT} recent ones.`);

const cache = (text) => ({ cache: text });
const attention = (text) => ({ attention: text });
const settings = [
  cache(`h2o:budget=${slots},recent=${RECENT}`),
  cache(`h2o:budget=${slots},recent=${Math.floor(slots / 2)}`),
  cache(`h2o:budget=${slots},recent=${RECENT},budgets=adaptive-per-head`),
  cache(`h2o:budget=${slots},recent=${RECENT},budgets=pyramid`),
  cache(`tova:budget=${slots},sinks=0,budgets=pyramid`),
  cache(`keyformer:budget=${slots},recent=${RECENT}`),
  cache(`tova:budget=${slots},sinks=0`),
  cache(`snap-kv:budget=${slots}`),
  cache(`snap-kv:budget=${slots},budgets=adaptive-per-head`),
  cache(`streaming-llm:budget=${slots}`),
  cache(`random:budget=${slots},recent=${RECENT}`),
  attention(`oracle-top-k:k=${chosen}`),
  attention(`token-select:k=${chosen}`),
  attention(`quest:pages=${Math.round(slots / 16)}`),
  attention(`a-shape:window=${slots - SINKS}`),
  attention(`sliding-window:window=${slots}`),
  { kv: 'q8' },
];
/** Dense, one token at a time as the others. */
const DENSE = { kv: 'f16' };

await buildLibrary();
const { createEngine } = await import(join(root, 'dist', 'node.js'));
const { evaluate, settingText } = await import(join(root, 'dist', 'bench', 'index.js'));
const { ids } = JSON.parse(readFileSync(join(root, 'test', 'golden', 'perplexity.json'), 'utf8'));
const engine = await createEngine({
  model: options.model,
  context: prefill + Math.max(decode, timed) + 1,
  ...(options.adapter && { adapter: options.adapter }),
});
const report = await engine.report();
const told = (what, { setting, kl, msPerToken }) =>
  say(`${what} ${setting}: KL ${kl.toFixed(4)}, ${msPerToken.toFixed(1)} ms a token`);
/** Where a run of the same settings was stopped, this one goes on: scores do not depend on when they are taken, times do. */
const before = options.out && existsSync(options.out) ? readJson(resolve(options.out)) : undefined;
const isSame = ['prefill', 'decode'].every((key) => before?.settings?.[key] === Number(options[key]));
/** What was scored so far, by its setting; without times, since measuring attention takes some of its own. */
const scored = new Map(
  (isSame ? [before.dense, ...before.runs] : []).map(({ timeRatio: _old, ...run }) => [run.setting, run]),
);
const figuresOf = (setting) => scored.get(settingText(setting));

/** The result; runs have times where they were measured, dense ones and the others in turns. */
const resultOf = (milliseconds) => ({
  format: 'winnow-methods',
  formatVersion: 1,
  date: new Date().toISOString(),
  environment: {
    version: report.version,
    runtime: `Node ${process.versions.node}`,
    platform: `${process.platform} ${process.arch}`,
    adapter: report.adapter,
  },
  settings: { model: report.model.name, text: 'test/golden/perplexity.json', prefill, decode, timed, share: SHARE },
  dense: figuresOf(DENSE),
  runs: settings.filter(figuresOf).map((setting, i) => ({
    ...figuresOf(setting),
    ...(milliseconds && {
      /** A token's time over the mean of those of the dense runs before and after. */
      timeRatio: (2 * milliseconds[2 * i + 1]) / (milliseconds[2 * i] + milliseconds[2 * i + 2]),
    }),
  })),
  fallbacks: report.fallbacks,
});
/** Saves what there is: a run that is stopped loses only what it had not finished. */
const keep = (milliseconds) => options.out && writeJson(resolve(options.out), resultOf(milliseconds));

const unscored = [DENSE, ...settings].filter((setting) => !figuresOf(setting));
if (unscored.length > 0)
  await evaluate(engine, {
    ids,
    prefill,
    decode,
    mass: true,
    settings: unscored,
    onRun: (run) => {
      const { msPerToken: _slow, ...figures } = run;
      scored.set(run.setting, figures);
      told('scored', run);
      keep();
    },
  });
const times = await evaluate(engine, {
  ids,
  prefill,
  decode: timed,
  settings: [DENSE, ...settings.flatMap((setting) => [setting, DENSE])],
  onRun: (run) => told('timed', run),
});
const milliseconds = times.runs.map(({ msPerToken }) => msPerToken);
keep(milliseconds);
if (!options.out) process.stdout.write(`${JSON.stringify(resultOf(milliseconds))}\n`);
await engine.dispose();
process.exit(0);

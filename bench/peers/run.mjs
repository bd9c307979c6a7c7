// Winnow and other runtimes in turns, on the same weights and token ids: node bench/peers/run.mjs --help
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { cpus } from 'node:os';
import { basename, join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { describeAdapter, findAdapter } from '../../scripts/find-gpu.mjs';
import { fetchModelAloud } from '../../scripts/fetch-model.mjs';
import { buildLibrary } from '../../scripts/build.mjs';
import { root, say, writeJson } from '../../scripts/lib/project.mjs';
import { sidesIn } from './lib/catalogue.mjs';
import { resultsFolder } from './lib/paths.mjs';
import { versionOf } from './lib/packages.mjs';
import { openPlace, threads } from './lib/places.mjs';
import { makePrompts } from './lib/prompts.mjs';
import { takeTurns } from './lib/rounds.mjs';
import { importTypeScript } from './lib/typescript.mjs';
import { ONNX_CONTEXT } from './lib/weights.mjs';

const HELP = `Winnow and other runtimes in turns, on the same weights and token ids.

node bench/peers/run.mjs [options]
  --adapter lavapipe|system|browser  Node on lavapipe (default), Node on this machine's adapter, or Chromium
  --peers NAME,...                   only these; default: all of the place
  --prompt N,...                     lengths of prompts in tokens; default 128,512 (browser: 128)
  --decode N                         tokens decoded after each prompt; default 32 (browser: 4)
  --runs N                           measured rounds; default 5 (browser: 1)
  --limit SECONDS                    for any one answer of a side; default 600
  --model FILE                       a GGUF file; default: the default model
  --out FILE                         default bench/results/peers-<adapter>.json
`;

function readOptions() {
  const { values } = parseArgs({
    options: {
      adapter: { type: 'string', default: 'lavapipe' },
      peers: { type: 'string' },
      prompt: { type: 'string' },
      decode: { type: 'string' },
      runs: { type: 'string' },
      limit: { type: 'string', default: '600' },
      model: { type: 'string' },
      out: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const { adapter } = values;
  if (!['lavapipe', 'system', 'browser'].includes(adapter)) {
    throw new Error(`--adapter is "${adapter}"; it may be lavapipe, system or browser.`);
  }
  const browser = adapter === 'browser'; // Chromium has SwiftShader on machines without a GPU, which is very slow.
  const prompts = (values.prompt ?? (browser ? '128' : '128,512')).split(',').map((text) => count('--prompt', text));
  const decodeTokens = count('--decode', values.decode ?? (browser ? '4' : '32'));
  const context = Math.max(...prompts) + decodeTokens + 1;
  if (context > ONNX_CONTEXT) throw new Error(`Prompt and answer have ${context} tokens; peers have ${ONNX_CONTEXT}.`);
  return {
    adapter,
    peers: values.peers?.split(','),
    prompts: [...new Set(prompts)].toSorted((a, b) => a - b),
    decodeTokens,
    context,
    runs: count('--runs', values.runs ?? (browser ? '1' : '5')),
    limitMs: 1000 * count('--limit', values.limit),
    model: values.model,
    out: values.out ? resolve(values.out) : join(resultsFolder, `peers-${adapter}.json`),
  };
}

function count(name, text) {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new Error(`${name} is "${text}"; a whole number above 0 was expected.`);
  return value;
}

async function main(options) {
  const { adapter, decodeTokens, runs, context, limitMs } = options;
  const catalogue = sidesIn(adapter === 'browser' ? 'browser' : 'node', options.peers);
  const gguf = options.model ? resolve(options.model) : await fetchModelAloud();
  await buildLibrary();
  const winnow = await import('../../dist/node.js');
  const { idsAgreement, peersTable, ratesOf, ratiosOver } = await importTypeScript('bench/peers/summary.ts');
  const { tensors } = await winnow.inspectModel(gguf);
  const tokenizer = await winnow.openTokenizer(gguf);
  const prompts = await makePrompts(tokenizer, options.prompts);
  const ggufLabel = `GGUF, ${Object.entries(tensors)
    .filter(([, { bytes }]) => bytes > 1e6)
    .toSorted(([, a], [, b]) => b.bytes - a.bytes)
    .map(([type]) => type)
    .join(' and ')}`;

  const place = await openPlace(adapter, { gguf, ggufLabel, context, limitMs });
  const sides = [];
  try {
    for (const entry of catalogue) {
      const version = entry.packages ? versionOf(entry.packages) : winnow.VERSION;
      const side = { ...entry, version, weights: '-', runs: [], run: undefined };
      sides.push(side);
      say(`loading ${side.name}`);
      try {
        Object.assign(side, withoutUndefined(await place.start(entry)));
      } catch (error) {
        side.problem = error.message;
        say(`${side.name} cannot run: ${error.message}`);
      }
    }
    await takeTurns(sides, { prompts, decodeTokens, runs, encode: (text) => tokenizer.encode(text) });
  } finally {
    await Promise.all(sides.map((side) => side.close?.()));
    await place.close();
  }

  const [ours, ...peers] = sides;
  const ourIds = ours.runs[0]?.ids;
  const result = {
    format: 'winnow-peers',
    formatVersion: 1,
    date: new Date().toISOString(),
    environment: {
      adapter: ours.adapter ?? describeAdapter(findAdapter({ wanted: 'system' })),
      runtime: ours.runtime ?? `Node ${process.versions.node}`,
      platform: `${process.platform} ${process.arch}, ${threads} of ${cpus().length} cores, ${cpus()[0]?.model ?? 'unknown CPU'}`,
      versions: Object.fromEntries([
        ['winnow', [winnow.VERSION, commit()].filter(Boolean).join(' ')],
        ...peers.map(({ name, version }) => [name, version]),
      ]),
    },
    settings: { model: basename(gguf), prompts: options.prompts, decodeTokens, runs, threads },
    sides: sides.map((side) => ({
      name: side.name,
      title: side.title,
      version: side.version,
      backend: side.backend,
      weights: side.weights,
      ...withoutUndefined({ adapter: side.adapter, notes: side.notes, problem: side.problem }),
      ...ratesOf(side.runs),
      ...(side !== ours && ourIds && side.runs[0] && { idsAgree: idsAgreement(ourIds, side.runs[0].ids) }),
    })),
    ratios: peers
      .filter(({ runs: measured }) => measured.length > 0)
      .map((peer) => ratiosOver(peer.name, ours.runs, peer.runs)),
  };
  mkdirSync(resultsFolder, { recursive: true });
  writeJson(options.out, result);
  process.stdout.write(`${peersTable(result)}\n`);
  say(`written to ${relative(root, options.out)}`);
  if (ours.problem) throw new Error(`Winnow itself could not run to the end: ${ours.problem}`);
}

const withoutUndefined = (object) =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));

/** The commit that the working tree stands on, marked when it has changes; undefined outside a clone. */
function commit() {
  const git = (...args) => spawnSync('git', args, { cwd: root, encoding: 'utf8' });
  const { status, stdout } = git('rev-parse', '--short', 'HEAD');
  if (status !== 0) return undefined;
  const changed = git('status', '--porcelain', '--', 'src', 'shaders').stdout.trim() !== '';
  return `${stdout.trim()}${changed ? ' with changes' : ''}`;
}

try {
  const options = readOptions();
  if (options) await main(options);
  else process.stdout.write(HELP);
  process.exit(process.exitCode);
} catch (error) {
  say(error.message);
  process.exit(1);
}

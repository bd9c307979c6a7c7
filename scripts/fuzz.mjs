// npm run fuzz: random inputs against what must always hold. Parts by name, or all:
//   npm run fuzz -- headers tokenizers --rounds 100000
//   npm run fuzz -- --minutes 10 --seed 7
// Prints the seed and the input of each find; a find's own seed with --rounds 1 makes it again. Exit 1 on a find.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runnerImport } from 'vite';
import { root, say } from './lib/project.mjs';

const ROUNDS = 2000;

/** A whole number of the command line. */
function count(name, text, least) {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < least)
    throw new Error(`--${name} got '${text}': a whole number from ${least} on was expected.`);
  return value;
}

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { seed: { type: 'string' }, minutes: { type: 'string' }, rounds: { type: 'string' } },
  });
  const { module } = await runnerImport(join(root, 'scripts', 'fuzz', 'parts.ts'), {
    root,
    configFile: false,
    logLevel: 'error',
  });
  const { PARTS, fuzz } = module;
  const unknown = positionals.find((name) => !PARTS.some((part) => part.name === name));
  if (unknown) throw new Error(`There is no part '${unknown}': ${PARTS.map(({ name }) => name).join(', ')}.`);
  const minutes = count('minutes', values.minutes, 1);
  const result = await fuzz({
    parts: positionals.length > 0 ? PARTS.filter(({ name }) => positionals.includes(name)) : PARTS,
    seed: count('seed', values.seed, 0) ?? Math.floor(Math.random() * 2 ** 31),
    rounds: count('rounds', values.rounds, 1) ?? (minutes === undefined ? ROUNDS : Number.MAX_SAFE_INTEGER),
    milliseconds: (minutes ?? Number.POSITIVE_INFINITY) * 60_000,
    timed: true,
    say,
  });
  process.exitCode = result.finds > 0 ? 1 : 0;
} catch (error) {
  say(error.message);
  process.exitCode = 1;
}

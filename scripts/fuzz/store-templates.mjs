// node scripts/fuzz/store-templates.mjs [COUNT]: renders the random templates of seeds 0 to COUNT - 1 with Python's jinja2
// (pip install jinja2) and stores what came out, for the part `templates` of npm run fuzz.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { runnerImport } from 'vite';
import { root, say } from '../lib/project.mjs';

const count = Number(process.argv[2] ?? 20_000);
const load = async (name) =>
  (await runnerImport(join(root, 'scripts', 'fuzz', name), { root, configFile: false, logLevel: 'error' })).module;
const { makeTemplate } = await load('template-grammar.ts');
const { ADDRESS, FAILS, hashOf } = await load('template-hash.ts');

const judge = spawn('python3', ['-W', 'ignore', join(root, 'scripts', 'fuzz', 'jinja-judge.py')], {
  stdio: ['pipe', 'pipe', 'inherit'],
});
async function ask() {
  for (let seed = 0; seed < count; seed++) {
    if (!judge.stdin.write(`${JSON.stringify(makeTemplate(seed))}\n`))
      await new Promise((resolve) => judge.stdin.once('drain', resolve));
  }
  judge.stdin.end();
}
const asked = ask();
const hashes = new Uint32Array(count);
let seed = 0;
for await (const line of createInterface({ input: judge.stdout })) {
  const { text } = JSON.parse(line);
  hashes[seed++] = text === undefined ? FAILS : / at 0x[\da-f]+>/.test(text) ? ADDRESS : hashOf(text);
}
await asked;
if (seed !== count) throw new Error(`The judge rendered ${seed} of ${count} templates.`);
const lines = Buffer.from(hashes.buffer)
  .toString('base64')
  .match(/.{1,160}/g);
const about =
  'Renderings of the random templates of seeds 0, 1, ... (scripts/fuzz/template-grammar.ts) by jinja2 as transformers sets it up: four bytes each, little-endian (template-hash.ts).';
writeFileSync(
  join(root, 'test', 'golden', 'templates', 'random.json'),
  `${JSON.stringify({ about, hashes: lines }, null, 1)}\n`,
);
const share = (value) => hashes.filter((hash) => hash === value).length;
say(`${count} renderings stored; Python fails on ${share(FAILS)} and names places in memory in ${share(ADDRESS)}.`);

// Writes the tables of measurements from bench/results/*.json: node scripts/readme-tables.mjs [--check]
// --check changes nothing and fails where a table is not what the results say. No figure in them is written by hand.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root, say } from './lib/project.mjs';
import {
  kernelTables,
  methodTables,
  modelTable,
  peerTables,
  precisionTable,
  readResults,
  replaceBetween,
} from './lib/result-tables.mjs';

try {
  const { check } = parseArgs({ options: { check: { type: 'boolean', default: false } } }).values;
  const results = readResults(join(root, 'bench', 'results'));
  const models = results['winnow-bench'];
  const peers = results['winnow-peers'];
  const places = {
    'docs/methods.md': { methods: methodTables(results['winnow-methods']) || 'None kept yet.' },
    'docs/measured.md': { models: modelTable(models), peers: peerTables(peers) || 'None kept yet.' },
    'bench/results/README.md': { kernels: kernelTables(models) },
    'docs/performance.md': { precision: precisionTable(results['winnow-precision']) },
  };
  for (const [file, tables] of Object.entries(places)) {
    const path = join(root, file);
    const before = readFileSync(path, 'utf8');
    const after = Object.entries(tables).reduce((text, [name, content]) => replaceBetween(text, name, content), before);
    if (after === before) continue;
    if (check)
      throw new Error(`The tables of ${file} are not what bench/results says: run node scripts/readme-tables.mjs.`);
    writeFileSync(path, after);
    say(`${file} written`);
  }
} catch (error) {
  say(error.message);
  process.exitCode = 1;
}

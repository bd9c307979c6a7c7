// Makes a fresh clone runnable; needs Node and nothing else. Silent and instant when there is nothing to do.
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { say } from './lib/project.mjs';

const OLDEST_NODE = 20;

/**
 * Gets what a command needs. Says each thing it does, and why, in one line on stderr.
 * @param {{ npm?: boolean, browser?: boolean, adapter?: boolean, model?: boolean | string }} needs
 *   npm packages; a browser for the tests; a WebGPU adapter for Node; the default model or the named one
 * @throws {Error} when something that is needed cannot be had, with every choice that was tried
 */
export async function setup({ npm = false, browser = false, adapter = false, model = false }) {
  if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
    throw new Error(`Winnow needs Node ${OLDEST_NODE} or newer; this is ${process.version}.`);
  }
  if (npm) await (await import('./setup/npm-packages.mjs')).setupNpmPackages();
  if (adapter) await (await import('./setup/adapter.mjs')).setupAdapter();
  if (browser) await (await import('./setup/browser.mjs')).setupBrowser();
  if (model) await (await import('./fetch-model.mjs')).fetchModelAloud(model === true ? undefined : model);
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    await setup({ npm: true, browser: true, adapter: true, model: true });
  } catch (error) {
    say(error.message);
    process.exitCode = 1;
  }
}

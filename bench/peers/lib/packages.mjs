// npm packages of peers: exact versions, in a folder of their own each, installed when they are first needed.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readJson } from '../../../scripts/lib/project.mjs';
import { runChild } from '../../../scripts/lib/run-child.mjs';
import { peersCache } from './paths.mjs';

const INSTALL_MS = 10 * 60_000;
const llamaBinary = `@node-llama-cpp/${{ win32: 'win' }[process.platform] ?? process.platform}-${process.arch}`;

/** What each peer needs. No install scripts are run: they would fetch builds for GPUs of one vendor. */
export const PACKAGES = {
  'onnxruntime-node': { 'onnxruntime-node': '1.30.0' },
  'onnxruntime-web': { 'onnxruntime-web': '1.30.0' },
  'transformers-web': { '@huggingface/transformers': '4.3.1' },
  wllama: { '@wllama/wllama': '3.13.0' },
  webllm: { '@mlc-ai/web-llm': '0.2.86' },
  'node-llama-cpp': { 'node-llama-cpp': '3.22.1', [llamaBinary]: '3.22.1', [`${llamaBinary}-vulkan`]: '3.22.1' },
};

/** The version of a peer: that of its first package. */
export const versionOf = (name) => Object.values(PACKAGES[name])[0];

/**
 * Makes sure that a peer's packages are there.
 * @param {keyof typeof PACKAGES} name
 * @returns {Promise<string>} their folder
 * @throws {Error} with npm's last lines when they cannot be installed
 */
export async function installPackages(name) {
  const dependencies = PACKAGES[name];
  const folder = join(peersCache, name);
  if (!isInstalled(folder, dependencies)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }, null, 2));
    const { code, output, timedOut, error } = await runChild(
      'npm',
      ['install', '--prefix', folder, '--ignore-scripts', '--omit=optional', '--no-audit', '--no-fund'],
      { quiet: true, timeoutMs: INSTALL_MS },
    );
    if (code !== 0 || !isInstalled(folder, dependencies)) {
      const why = timedOut ? 'npm did not end' : (error?.message ?? output.trim().split('\n').slice(-4).join(' '));
      throw new Error(`its npm packages could not be installed: ${why}`);
    }
  }
  return folder;
}

function isInstalled(folder, dependencies) {
  return Object.entries(dependencies).every(
    ([name, version]) => readJson(join(folder, 'node_modules', name, 'package.json'))?.version === version,
  );
}

// Which browser and which WebGPU adapter this machine offers: the real GPU, else a software driver.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, readJson, root, writeJson } from './lib/project.mjs';
import { driverChoices, machineKey, ownEnv, portableChromium } from './lib/vulkan-drivers.mjs';

/** Options for the webgpu package's `create`: f16 on NVIDIA is off in Dawn's Vulkan backend unless asked for. */
export const dawnOptions = ['enable-dawn-features=allow_unsafe_apis,vulkan_enable_f16_on_nvidia'];

const PROBE_MS = 60_000;
const adapterMemory = join(cacheFolder, 'adapter.json');
export const browserMemory = join(cacheFolder, 'browser.json');

/** Places where a Chromium may be, the preferred first. */
export function chromiumPlaces() {
  const installed = {
    linux: [
      '/usr/bin/chromium-headless-shell',
      '/usr/bin/chromium',
      '/usr/bin/google-chrome',
      join(portableChromium, 'chromium'),
    ],
    darwin: [
      '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
      '/Applications/Chromium.app/Contents/MacOS/Chromium',
    ],
    win32: [process.env.PROGRAMFILES, process.env['PROGRAMFILES(X86)'], process.env.LOCALAPPDATA]
      .filter(Boolean)
      .map((folder) => join(folder, 'Google', 'Chrome', 'Application', 'chrome.exe')),
  };
  return [...(installed[process.platform] ?? []), readJson(browserMemory)?.playwright].filter(Boolean);
}

/**
 * The Chromium to test with; CHROME_PATH goes before all others.
 * @throws {Error} when CHROME_PATH is set but names no file, or there is no browser
 */
export function chromiumPath() {
  const chosen = process.env.CHROME_PATH;
  if (chosen && !existsSync(chosen)) throw new Error(`CHROME_PATH is "${chosen}", but there is no such file.`);
  const path = chosen || chromiumPlaces().find((place) => existsSync(place));
  if (!path) throw new Error('No Chromium for the browser tests was found: run `npm run setup`, or set CHROME_PATH.');
  return path;
}

/** Options for Playwright's `chromium.launch` with which the browser found here offers WebGPU. */
export function browserLaunchOptions() {
  const executablePath = chromiumPath();
  const realGpu = process.platform === 'linux' && hasRealGpu();
  return {
    executablePath,
    env: browserEnv(executablePath),
    args: [
      '--enable-unsafe-webgpu',
      ...(realGpu
        ? [
            '--ignore-gpu-blocklist',
            '--enable-features=Vulkan',
            '--use-vulkan=native',
            '--use-angle=vulkan',
            '--disable-vulkan-surface',
          ]
        : []),
    ],
    ...(realGpu && { ignoreDefaultArgs: ['--disable-gpu', '--enable-unsafe-swiftshader'] }),
  };
}

/** The environment for a browser: without what `dawnEnv` set, with the libraries that the portable one brings. */
export function browserEnv(executablePath) {
  const env = ownEnv();
  if (executablePath.startsWith(portableChromium)) {
    env.LD_LIBRARY_PATH = join(portableChromium, 'lib');
    env.FONTCONFIG_FILE = join(portableChromium, 'winnow-fonts.conf');
  }
  return env;
}

function hasRealGpu() {
  try {
    return !findAdapter({ wanted: 'system' }).software;
  } catch {
    return false;
  }
}

/**
 * Finds the first driver with which Node gets a WebGPU adapter; the answer is remembered until a driver comes or goes.
 * @param {{ wanted?: 'auto' | 'system' | 'swiftshader' }} [options] default: the variable WINNOW_TEST_ADAPTER, else 'auto'
 * @throws {Error} naming every choice and why it failed
 */
export function findAdapter({ wanted = process.env.WINNOW_TEST_ADAPTER || 'auto' } = {}) {
  if (!['auto', 'system', 'swiftshader'].includes(wanted)) {
    throw new Error(`WINNOW_TEST_ADAPTER is "${wanted}"; it may be auto, system or swiftshader.`);
  }
  const key = machineKey();
  const memory = readJson(adapterMemory);
  const known = memory?.key === key ? memory.found : {};
  if (known[wanted]) return known[wanted];
  const failures = [];
  for (const { name, where, missing, env } of driverChoices()) {
    if (wanted !== 'auto' && wanted !== name) continue;
    const result = missing ? { failure: missing } : probe(env);
    if (result.adapter) {
      const found = { where, env, ...result.adapter };
      writeJson(adapterMemory, { key, found: { ...known, [wanted]: found } });
      return found;
    }
    failures.push(`${where}: ${result.failure}`);
  }
  throw new Error(
    `No WebGPU adapter for Node was found; run \`npm run setup\`.${failures.map((line) => `\n  - ${line}`).join('')}`,
  );
}

/** The environment variables that a new Node process needs to get the adapter of `findAdapter`. */
export function dawnEnv(options) {
  return findAdapter(options).env;
}

/** An adapter in one line, for the head of a test run. */
export function describeAdapter({ description, vendor, architecture, f16, software, where }) {
  const name = description || [vendor, architecture].filter(Boolean).join(' ') || 'unnamed';
  return `${name} (${software ? 'software' : 'GPU'}, ${f16 ? 'with' : 'without'} shader-f16${where ? `, ${where}` : ''})`;
}

function probe(env) {
  const { status, signal, stdout, stderr, error } = spawnSync(
    process.execPath,
    [join(root, 'scripts', 'adapter-probe.mjs')],
    {
      env: { ...ownEnv(), ...env },
      encoding: 'utf8',
      timeout: PROBE_MS,
    },
  );
  if (status === 0) return { adapter: JSON.parse(stdout) };
  const lines = (stderr ?? '').split('\n').filter((line) => /error|warning|cannot/i.test(line));
  return {
    failure:
      error?.message ?? (signal ? `the driver crashed (${signal})` : (lines.at(-1)?.trim() ?? 'it offers no adapter')),
  };
}

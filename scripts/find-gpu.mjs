// Which browser and which WebGPU adapter this machine offers: the real GPU, else a software driver.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { cacheFolder, readJson, root, writeJson } from './lib/project.mjs';

/** Where `npm run setup` unpacks the browser that comes with the npm packages. */
export const portableChromium = join(root, 'node_modules', '.cache', 'portable-chromium');

/** Options for the webgpu package's `create`: f16 on NVIDIA is off in Dawn's Vulkan backend unless asked for. */
export const dawnOptions = ['enable-dawn-features=allow_unsafe_apis,vulkan_enable_f16_on_nvidia'];

const PROBE_MS = 60_000;
const MARK = 'WINNOW_SWIFTSHADER'; // Set beside the variables of SwiftShader, so that they can be taken out again.
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

/** This process's environment as it was before `dawnEnv` added to it, here or in a parent process. */
function ownEnv() {
  const { [MARK]: marked, ...env } = process.env;
  if (marked === undefined) return env;
  delete env.VK_ICD_FILENAMES;
  env.LD_LIBRARY_PATH = env.LD_LIBRARY_PATH.split(delimiter).slice(1).join(delimiter);
  if (!env.LD_LIBRARY_PATH) delete env.LD_LIBRARY_PATH;
  return env;
}

function hasRealGpu() {
  try {
    return !findAdapter({ wanted: 'system' }).software;
  } catch {
    return false;
  }
}

/** The driver choices for Dawn in Node, each with the environment that selects it. */
function driverChoices() {
  const system = { name: 'system', where: "the system's own driver", env: {} };
  if (process.platform !== 'linux') return [system];
  return [
    system,
    swiftshader("SwiftShader of Debian's Chromium", '/usr/lib/chromium'),
    swiftshader('SwiftShader of the portable Chromium', portableChromium),
  ];
}

function swiftshader(where, folder) {
  const icd = join(folder, 'vk_swiftshader_icd.json');
  return {
    name: 'swiftshader',
    where,
    missing: existsSync(icd) ? undefined : `${folder} has none`,
    env: {
      [MARK]: folder,
      VK_ICD_FILENAMES: icd,
      LD_LIBRARY_PATH: [folder, ownEnv().LD_LIBRARY_PATH].filter(Boolean).join(delimiter), // A Vulkan loader lies beside it.
    },
  };
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

/** Changes when a driver, a GPU or the webgpu package may have changed. */
function machineKey() {
  const drivers = ['/usr/share/vulkan/icd.d', '/etc/vulkan/icd.d', '/usr/local/share/vulkan/icd.d'].flatMap((folder) =>
    listing(folder).map((name) => stamp(join(folder, name))),
  );
  const variables = Object.entries(ownEnv()).filter(([name]) => name.startsWith('VK_') || name === 'LD_LIBRARY_PATH');
  return JSON.stringify([
    drivers,
    ['/usr/lib/chromium', portableChromium].map((folder) => stamp(join(folder, 'vk_swiftshader_icd.json'))),
    listing('/dev/dri'),
    listing('/dev').filter((name) => /^(nvidia|dxg)/.test(name)),
    listing('/usr/lib/x86_64-linux-gnu').filter((name) => name.startsWith('libvulkan.so')),
    variables.map(String).toSorted(),
    readJson(join(root, 'node_modules', 'webgpu', 'package.json'))?.version,
    process.version,
  ]);
}

function listing(folder) {
  try {
    return readdirSync(folder).toSorted();
  } catch {
    return [];
  }
}

function stamp(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat ? `${path} ${stat.size} ${stat.mtimeMs}` : '';
}

// The drivers from which Dawn can get an adapter in Node, and the environment variables that choose one of them.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { readJson, root } from './project.mjs';

/** Where `npm run setup` unpacks the browser that comes with the npm packages. */
export const portableChromium = join(root, 'node_modules', '.cache', 'portable-chromium');

const DEBIAN_CHROMIUM = '/usr/lib/chromium';
const ICD = 'vk_swiftshader_icd.json';
const MARK = 'WINNOW_SWIFTSHADER'; // Set beside the variables of SwiftShader, so that they can be taken out again.

/** This process's environment as it was before `dawnEnv` added to it, here or in a parent process. */
export function ownEnv() {
  const { [MARK]: marked, ...env } = process.env;
  if (marked === undefined) return env;
  delete env.VK_ICD_FILENAMES;
  env.LD_LIBRARY_PATH = env.LD_LIBRARY_PATH.split(delimiter).slice(1).join(delimiter);
  if (!env.LD_LIBRARY_PATH) delete env.LD_LIBRARY_PATH;
  return env;
}

/** The driver choices for Dawn in Node, each with the environment that selects it. */
export function driverChoices() {
  const system = { name: 'system', where: "the system's own driver", env: {} };
  if (process.platform !== 'linux') return [system];
  return [
    system,
    swiftshader("SwiftShader of Debian's Chromium", DEBIAN_CHROMIUM),
    swiftshader('SwiftShader of the portable Chromium', portableChromium),
  ];
}

function swiftshader(where, folder) {
  const icd = join(folder, ICD);
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

/** Changes when a driver, a GPU or the webgpu package may have changed. */
export function machineKey() {
  const drivers = ['/usr/share/vulkan/icd.d', '/etc/vulkan/icd.d', '/usr/local/share/vulkan/icd.d'].flatMap((folder) =>
    listing(folder).map((name) => stamp(join(folder, name))),
  );
  const variables = Object.entries(ownEnv()).filter(([name]) => name.startsWith('VK_') || name === 'LD_LIBRARY_PATH');
  return JSON.stringify([
    drivers,
    [DEBIAN_CHROMIUM, portableChromium].map((folder) => stamp(join(folder, ICD))),
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

// Where sides run: Node processes with a Vulkan driver, or Chromium. Starts a side and loads the model into it.
import { existsSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { findAdapter } from '../../../scripts/find-gpu.mjs';
import { buildLibrary } from '../../../scripts/build.mjs';
import { startBrowserSide } from './browser-side.mjs';
import { serveFolders } from './file-server.mjs';
import { startNodeSide } from './node-side.mjs';
import { PACKAGES, installPackages } from './packages.mjs';
import { buildWinnowPage } from './page-build.mjs';
import { peersCache, sidesFolder } from './paths.mjs';
import { onnxWeights, transformersFolder } from './weights.mjs';

const ICD_FOLDERS = ['/usr/share/vulkan/icd.d', '/etc/vulkan/icd.d', '/usr/local/share/vulkan/icd.d'];

/** Threads that runtimes on the CPU may use. */
export const threads = availableParallelism();

/**
 * Gets a place ready.
 * @param {'lavapipe' | 'system' | 'browser'} adapter
 * @param {{ gguf: string, ggufLabel: string, context: number, limitMs: number }} settings limitMs: for any one answer of a side
 * @returns {Promise<{ start(side: object): Promise<object>, close(): Promise<void> }>}
 *   start: gives `{ run, close, runtime, weights, adapter?, notes? }`
 * @throws {Error} when there is no such adapter
 */
export async function openPlace(adapter, settings) {
  return adapter === 'browser' ? openBrowser(settings) : openNode(adapter, settings);
}

async function openNode(adapter, { gguf, ggufLabel, context, limitMs }) {
  await buildLibrary();
  const found = findAdapter({ wanted: 'system' });
  const env = adapter === 'lavapipe' ? { VK_ICD_FILENAMES: lavapipeIcd() } : found.env;
  const software = adapter === 'lavapipe' || found.software;
  return {
    async start({ module, backend, packages, weights }) {
      const packageFolder = packages ? await installPackages(packages) : undefined;
      const onnx = weights === 'onnx' ? await onnxWeights({ gguf }) : undefined;
      // llama.cpp leaves out devices that compute on the CPU unless one is named, and its f16 shaders are slower there.
      const forSoftware =
        software && backend === 'vulkan' ? { GGML_VK_VISIBLE_DEVICES: '0', GGML_VK_DISABLE_F16: '1' } : {};
      const side = await startNodeSide({ module, env: { ...env, ...forSoftware }, limitMs });
      return loaded(side, onnx?.label ?? ggufLabel, {
        packages: packageFolder,
        backend,
        gguf,
        onnx: onnx?.path,
        network: onnx?.network,
        context,
        threads,
      });
    },
    async close() {},
  };
}

function lavapipeIcd() {
  const files = ICD_FOLDERS.filter((folder) => existsSync(folder)).flatMap((folder) =>
    readdirSync(folder).map((name) => join(folder, name)),
  );
  const icd = files.find((path) => /^lvp_icd.*\.json$/.test(basename(path)));
  if (!icd) throw new Error(`Lavapipe is not installed: there is no lvp_icd*.json in ${ICD_FOLDERS.join(', ')}.`);
  return icd;
}

async function openBrowser({ gguf, ggufLabel, context, limitMs }) {
  const server = await serveFolders({
    sides: sidesFolder,
    winnow: await buildWinnowPage(),
    gguf: dirname(gguf),
    weights: join(peersCache, 'weights'),
    ...packageMounts(),
  });
  return {
    async start({ module, backend, packages, weights }) {
      if (packages) await installPackages(packages);
      const onnx = weights === 'onnx' ? await onnxWeights({ gguf }) : undefined;
      const folder = weights === 'transformers' ? await transformersFolder({ gguf }) : undefined;
      const script = module === 'winnow-page' ? '/winnow/winnow-page.js' : `/sides/${module}.mjs`;
      const side = await startBrowserSide({ url: `${server.origin}/sides/page.html?side=${script}`, limitMs });
      const label = weights === 'mlc' ? 'f32, compiled by MLC' : (folder?.label ?? onnx?.label ?? ggufLabel);
      return loaded(side, label, {
        packages: packages && `/${mountOf(packages)}`,
        backend,
        gguf: `/gguf/${basename(gguf)}`,
        onnx: '/weights/plain/model.onnx',
        network: onnx?.network,
        modelsFolder: '/weights/transformers/',
        modelName: folder?.name,
        context,
        threads,
      });
    },
    close: () => server.close(),
  };
}

const mountOf = (packages) => `packages-${packages}`;

/** Folders of packages, whether they are installed yet or not. */
function packageMounts() {
  return Object.fromEntries(
    Object.keys(PACKAGES).map((name) => [mountOf(name), join(peersCache, name, 'node_modules')]),
  );
}

async function loaded(side, weights, job) {
  try {
    const facts = await side.load(job);
    return {
      run: side.run,
      close: side.close,
      runtime: side.version && `Chromium ${side.version}`,
      weights,
      ...facts,
    };
  } catch (error) {
    await side.close();
    throw error;
  }
}

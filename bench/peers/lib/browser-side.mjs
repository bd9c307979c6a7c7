// A side in a Chromium of its own.
import { chromium } from 'playwright';
import { browserLaunchOptions } from '../../../scripts/find-gpu.mjs';

const OPEN_MS = 60_000;

/**
 * Opens the page of a side. Every call rejects when the page crashes or takes longer than `limitMs`.
 * @param {{ url: string, limitMs: number }} options
 */
export async function startBrowserSide({ url, limitMs }) {
  const browser = await chromium.launch(browserLaunchOptions());
  try {
    const page = await browser.newPage();
    const errors = [];
    page.on('pageerror', ({ message }) => errors.push(message));
    const crashed = new Promise((_, reject) => {
      page.once('crash', () => reject(new Error('its page crashed')));
      browser.once('disconnected', () => reject(new Error('its browser ended')));
    });
    crashed.catch(() => {}); // It may well happen when nobody waits.
    await page.goto(url);
    await page.waitForFunction('window.side', null, { timeout: OPEN_MS }).catch((error) => {
      throw new Error(errors[0] ?? error.message);
    });

    const ask = async (call, argument) => {
      let timer;
      const late = new Promise((_, reject) => {
        timer = setTimeout(() => reject(new Error(`it did not answer within ${limitMs / 1000} s`)), limitMs);
      });
      try {
        return await Promise.race([
          page.evaluate(([name, value]) => window.side[name](value), [call, argument]),
          crashed,
          late,
        ]);
      } catch (error) {
        throw new Error(messageOf(error.message), { cause: error });
      } finally {
        clearTimeout(timer);
      }
    };
    return {
      version: browser.version(),
      load: (job) => ask('load', job),
      run: (request) => ask('run', request),
      close: () => browser.close(),
    };
  } catch (error) {
    await browser.close();
    throw error;
  }
}

/** The message of an error in the page, without Playwright's words and the stack. */
const messageOf = (text) =>
  text
    .replace(/^page\.evaluate: (Error: )?/, '')
    .split(/\n\s+at /)[0]
    .trim();

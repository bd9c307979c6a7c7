import { createServer } from 'node:http';
import { chromium } from 'playwright';
import { browserLaunchOptions, describeAdapter } from '../../scripts/find-gpu.mjs';
import { listen } from './listen.ts';

/**
 * Before the first browser test: starts the browser, asks for its WebGPU adapter, and names both once.
 * @throws when there is no browser or it offers no adapter: then the run fails, it never skips
 */
export default async function setup(): Promise<void> {
  const options = browserLaunchOptions();
  const browser = await chromium.launch(options);
  // WebGPU exists in secure contexts only, and the blank page is none.
  const server = createServer((_, response) =>
    response.setHeader('content-type', 'text/html').end('<title>adapter</title>'),
  );
  try {
    const page = await browser.newPage();
    await page.goto(await listen(server));
    const adapter = await page.evaluate(async () => {
      const found = await navigator.gpu?.requestAdapter({ powerPreference: 'high-performance' });
      if (!found) return undefined;
      const { vendor, architecture, description, isFallbackAdapter } = found.info;
      const software = isFallbackAdapter || /llvmpipe|swiftshader/i.test(`${architecture} ${description}`);
      return { vendor, architecture, description, software, f16: found.features.has('shader-f16') };
    });
    const name = `Chromium ${browser.version()} (${options.executablePath})`;
    if (!adapter) throw new Error(`${name} offers no WebGPU adapter. Set CHROME_PATH to a browser that has one.`);
    process.stderr.write(`Adapter in ${name}: ${describeAdapter(adapter)}\n`);
  } finally {
    server.close();
    await browser.close();
  }
}

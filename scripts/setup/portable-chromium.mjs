// A headless Chromium for Linux x64 from the npm package @sparticuz/chromium: no root and no download of its own needed.
// The package's data is unpacked here; its code is not used.
import { createReadStream, createWriteStream, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress } from 'node:zlib';
import { withLock } from '../lib/lock.mjs';
import { root } from '../lib/project.mjs';
import { runChild } from '../lib/run-child.mjs';
import { portableChromium } from '../lib/vulkan-drivers.mjs';

const packed = join(root, 'node_modules', '@sparticuz', 'chromium', 'bin');
const ARCHIVES = ['swiftshader', 'al2023', 'fonts'];

/** Why it cannot be had here, or undefined when it can. */
export function whyNoPortableChromium() {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'there is one for Linux on x64 only';
  return existsSync(join(packed, 'chromium.br')) ? undefined : 'the npm package @sparticuz/chromium is not installed';
}

/** Unpacks it into node_modules/.cache/portable-chromium, whole or not at all; about 4 s and 211 MB. */
export function unpackPortableChromium() {
  return withLock(`${portableChromium}.lock`, 'is unpacking the portable Chromium', async () => {
    if (existsSync(join(portableChromium, 'chromium'))) return;
    const temp = `${portableChromium}.half`;
    rmSync(temp, { recursive: true, force: true });
    mkdirSync(temp, { recursive: true });
    try {
      await unbrotli(join(packed, 'chromium.br'), join(temp, 'chromium'));
      for (const name of ARCHIVES) {
        const tar = join(temp, `${name}.tar`);
        await unbrotli(join(packed, `${name}.tar.br`), tar);
        const { code, output, error } = await runChild('tar', ['xf', tar, '-C', temp], { quiet: true });
        if (code !== 0) throw new Error(`tar failed: ${error?.message ?? output.trim()}`);
        rmSync(tar);
      }
      // The package's own fonts.conf names folders of another machine.
      writeFileSync(
        join(temp, 'winnow-fonts.conf'),
        `<?xml version="1.0"?>\n<!DOCTYPE fontconfig SYSTEM "fonts.dtd">\n<fontconfig>\n` +
          `<dir>${join(portableChromium, 'fonts')}</dir>\n<dir>/usr/share/fonts</dir>\n` +
          `<cachedir>${join(portableChromium, 'fonts-cache')}</cachedir>\n</fontconfig>\n`,
      );
      renameSync(temp, portableChromium);
    } finally {
      rmSync(temp, { recursive: true, force: true });
    }
  });
}

function unbrotli(from, to) {
  return pipeline(createReadStream(from), createBrotliDecompress(), createWriteStream(to, { mode: 0o755 }));
}

/** Where the real model lies after set-up. Node only. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';

const PATH = join(import.meta.dirname, '..', '..', 'models', 'SmolLM2-135M-Instruct.Q4_1.gguf');

/** The path of the real model; throws when set-up has not fetched it, so that no test passes without it. */
export function modelPath(): string {
  if (!existsSync(PATH)) throw new Error(`${PATH} is missing: run \`npm run setup\``);
  return PATH;
}

import { existsSync } from 'node:fs';
import manifest from '../../../models/manifest.json' with { type: 'json' };

/** @throws {Error} when the default model's file is not there, with what to do */
export function modelFilePresent(): void {
  const file = new URL(`../../../models/${manifest.models[0]?.file}`, import.meta.url);
  if (!existsSync(file)) throw new Error(`${file.pathname} is missing: run \`npm run setup\`.`);
}

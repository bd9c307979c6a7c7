/** What a text or URL that names a model means in Node: a path, a URL to fetch, or something that cannot be opened. */

import { fileURLToPath } from 'node:url';
import { UsageError } from '../core/errors.ts';

/** Where a model is: a path of the file system, or a URL of a server. */
export type ModelPlace = { readonly path: string } | { readonly url: string };

/**
 * Reads a path or a URL; schemes may be written in any case.
 * @throws UsageError 'usage-option' for a URL that is none, or of a scheme that cannot be read.
 */
export function placeOf(model: string | URL): ModelPlace {
  const text = String(model);
  // With one letter before the colon it is a drive of Windows.
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined || !(model instanceof URL || scheme === 'file' || text.startsWith('//', scheme.length + 1)))
    return { path: text };
  try {
    const url = new URL(text);
    if (scheme === 'file') return { path: fileURLToPath(url) };
    if (scheme === 'http' || scheme === 'https') return { url: url.href };
  } catch (cause) {
    throw refused(`"${text}" is not a sound URL (${cause instanceof Error ? cause.message : String(cause)}).`, cause);
  }
  throw refused(`Models cannot be read by the scheme "${scheme}" of "${text}".`);
}

const refused = (happened: string, cause?: unknown): UsageError =>
  new UsageError({
    code: 'usage-option',
    happened,
    expected: 'A URL of a model begins with file:, http: or https:.',
    todo: 'Correct it, or download the file and give its path.',
    cause,
  });

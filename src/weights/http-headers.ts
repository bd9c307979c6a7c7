/** What the heads of answers tell of a file. Across origins a browser hides most of them, so that each may be missing. */

/**
 * The server's name for this version of the file: its ETag, else its date; undefined where it does not tell.
 * Marks of a packed transfer (`W/`, `-gzip`) are left out: the bytes that arrive are the same.
 */
export const versionOf = ({ headers }: Response): string | undefined =>
  headers
    .get('ETag')
    ?.replace(/^W\//, '')
    .replace(/[-;:]+(gzip|br|zstd|deflate)"$/i, '"') ??
  headers.get('Last-Modified') ??
  undefined;

/** Whether the body is told to be packed. */
export const isPacked = ({ headers }: Response): boolean =>
  (headers.get('Content-Encoding') ?? 'identity').trim().toLowerCase() !== 'identity';

/**
 * Content-Length, as a size that can be relied on and as one to go by. A packed body has another length than the file,
 * and across origins nobody sees whether it is packed.
 */
export function lengthOf(response: Response): {
  readonly size: number | undefined;
  readonly about: number | undefined;
} {
  const length = safe(response.headers.get('Content-Length') ?? undefined);
  if (isPacked(response)) return { size: undefined, about: undefined };
  return { size: response.type === 'cors' && isBrowser() ? undefined : length, about: length };
}

/** From "bytes 0-9/123" or "bytes *\/123": where the part begins, and the file's length. */
export function rangeOf({ headers }: Response): {
  readonly start: number | undefined;
  readonly total: number | undefined;
} {
  const text = headers.get('Content-Range') ?? '';
  return { start: safe(/^bytes\s+(\d+)-/i.exec(text)?.[1]), total: safe(/\/\s*(\d+)\s*$/.exec(text)?.[1]) };
}

/** How long the server asks to wait, in milliseconds. */
export function retryAfterOf({ headers }: Response, now = Date.now()): number | undefined {
  const text = headers.get('Retry-After')?.trim();
  if (!text) return undefined;
  const seconds = Number(text);
  if (Number.isFinite(seconds)) return seconds >= 0 ? seconds * 1000 : undefined;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** Outside of browsers nothing is hidden across origins. */
const isBrowser = (): boolean => globalThis.location !== undefined;

function safe(digits: string | undefined): number | undefined {
  const value = Number(digits);
  return digits !== undefined && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

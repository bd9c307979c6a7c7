/** Values as JSON has them, which can be copied, sent to a Worker and given to a template. */

const MAX_DEPTH = 64;

/**
 * What in a value is no plain data, as a path such as `.tool_calls[0].run`; undefined where all of it is. Plain are texts,
 * finite numbers, booleans, null, arrays and objects of them, at most 64 deep; undefined counts as left out.
 */
export function notPlain(value: unknown, path = '', depth = 0): string | undefined {
  if (value === null || value === undefined || typeof value === 'string' || typeof value === 'boolean')
    return undefined;
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : path;
  if (typeof value !== 'object' || depth >= MAX_DEPTH) return path;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const found = notPlain(value[i], `${path}[${i}]`, depth + 1);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) return path;
  for (const [key, item] of Object.entries(value)) {
    const found = notPlain(item, `${path}.${key}`, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Whether all of a value is plain data. */
export const isPlain = (value: unknown): boolean => notPlain(value) === undefined;

/** A copy of plain data, of proxies of it too (which `structuredClone` refuses, and pages keep their state in). */
export function copyPlain<T>(value: T): T;
export function copyPlain(value: unknown): unknown {
  if (Array.isArray(value)) return Array.from(value, copyPlain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copyPlain(item)]));
}

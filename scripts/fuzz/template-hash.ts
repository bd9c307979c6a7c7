/** A rendering as 32 bits. */

/** Python raises an error. */
export const FAILS = 0;
/** Python's text names a place in memory, so that there is no right text. */
export const ADDRESS = 1;

/** FNV-1a of the text's UTF-16 units; never one of the two above. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    hash = Math.imul(hash ^ (unit & 0xff), 0x01000193);
    hash = Math.imul(hash ^ (unit >>> 8), 0x01000193);
  }
  return Math.max(2, hash >>> 0);
}

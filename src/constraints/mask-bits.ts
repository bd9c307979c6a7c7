/** A mask that allows no token of `size`: a bit for every id, the lowest first. */
export const emptyMask = (size: number): Uint32Array<ArrayBuffer> => new Uint32Array(Math.ceil(size / 32));

/** Allows a token. */
export function allow(mask: Uint32Array, id: number): void {
  mask[id >> 5]! |= 1 << (id & 31);
}

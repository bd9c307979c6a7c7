/** The 16-bit float formats, one value at a time. */

/** The value of an IEEE half with these 16 bits, subnormals included. */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** The bits of the half nearest to `value`, ties to even; beyond 65504 (rounded) it is infinity. */
export function numberToHalf(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (Number.isNaN(value)) return 0x7e00;
  if (size >= 65520) return sign | 0x7c00;
  // The distance of neighbouring halves around `size`; below 2^-14 all are 2^-24 apart.
  const exponent = Math.max(-14, Math.floor(Math.log2(size)));
  const step = 2 ** (exponent - 10);
  const rounded = roundToEven(size / step) * step;
  if (rounded < 2 ** -14) return sign | (rounded / 2 ** -24);
  const top = Math.floor(Math.log2(rounded));
  return sign | ((top + 15) << 10) | (rounded / 2 ** (top - 10) - 1024);
}

/** `value` rounded to a half and back. */
export const roundToHalf = (value: number): number => halfToNumber(numberToHalf(value));

const WORD = new DataView(new ArrayBuffer(4));

/** The value of a bfloat16: the upper half of a float32. */
export function bfloatToNumber(bits: number): number {
  WORD.setUint32(0, (bits << 16) >>> 0);
  return WORD.getFloat32(0);
}

/** The bits of the bfloat16 nearest to a finite `value`, ties to even. */
export function numberToBfloat(value: number): number {
  WORD.setFloat32(0, value);
  const word = WORD.getUint32(0);
  return ((word + 0x7fff + ((word >>> 16) & 1)) >>> 16) & 0xffff;
}

const roundToEven = (value: number): number => {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
};

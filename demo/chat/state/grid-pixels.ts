import type { MemoryGrid } from './memory-grid.ts';

export type Rgb = readonly [number, number, number];

/** A colour of the scale: `value` from 0 to 1, linear between its stops. */
export function scaleColour(stops: readonly Rgb[], value: number): Rgb {
  const at = Math.min(1, Math.max(0, value)) * (stops.length - 1);
  const below = Math.floor(at);
  const low = stops[below]!;
  const high = stops[Math.min(below + 1, stops.length - 1)]!;
  const mix = (channel: 0 | 1 | 2): number => Math.round(low[channel] + (high[channel] - low[channel]) * (at - below));
  return [mix(0), mix(1), mix(2)];
}

/** The grid as RGBA, a pixel per cell: empty where a token is gone, and the more see-through the fewer heads keep it. */
export function gridPixels({ columns, rows }: MemoryGrid, stops: readonly Rgb[]): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray(columns * rows.length * 4);
  rows.forEach(({ values, shares }, row) => {
    for (let column = 0; column < columns; column++) {
      const share = shares[column]!;
      if (share > 0) pixels.set([...scaleColour(stops, values[column]!), 255 * share], (row * columns + column) * 4);
    }
  });
  return pixels;
}

/** Reads a CSS colour `#rrggbb`. */
export function readHex(text: string): Rgb {
  const number = Number.parseInt(text.trim().slice(1), 16);
  return [(number >> 16) & 255, (number >> 8) & 255, number & 255];
}

/** Colours by kind of kernel: the categorical set of the pages, one place each, so that a colour always means the same. */

const PLACES: Readonly<Record<string, number>> = {
  linear: 1,
  attention: 2,
  norm: 3,
  elementwise: 4,
  sampling: 5,
  decoding: 6,
  weights: 7,
};

/** How many colours the set has; the last one is for all that has none of its own. */
export const COLOURS = 8;

/** The kind of a kernel, from its name: "linear/project" is "linear". */
export const familyOf = (kernel: string): string => kernel.split('/', 1)[0] ?? kernel;

/** A place in the categorical set for a family by name. */
export const colourPlace = (family: string): number => PLACES[family] ?? COLOURS;

/** The colour of a place, as CSS that follows the page's scheme. */
export const colourOf = (place: number): string => `var(--series-${place})`;

/** Gives each name a colour: its own where it has one, else the next that none of the names takes. */
export function assignColours(names: readonly string[]): ReadonlyMap<string, number> {
  const taken = new Set(names.map((name) => PLACES[name]));
  const free = Array.from({ length: COLOURS - 1 }, (_, index) => index + 1).filter((place) => !taken.has(place));
  return new Map(names.map((name) => [name, PLACES[name] ?? free.shift() ?? COLOURS]));
}

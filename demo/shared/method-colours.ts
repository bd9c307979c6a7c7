/** Colours of methods: the categorical set of the pages, one place each, so that a colour always means the same method. */

/** Methods of the cache are dots, those of attention rings: each kind may use the whole set. */
const PLACES: Readonly<Record<string, number>> = {
  h2o: 1,
  'streaming-llm': 2,
  tova: 3,
  keyformer: 4,
  'snap-kv': 6,
  random: 8,
  quest: 4,
  'sliding-window': 2,
  'token-select': 6,
  'oracle-top-k': 7,
  'a-shape': 5,
  f16: 7,
  q8: 5,
  f32: 4,
};
const COLOURS = 8;

/** The place of a method's colour, and whether it is drawn as a ring. */
export interface MethodLook {
  readonly colour: number;
  readonly ring: boolean;
}

/**
 * Gives each setting a look that no other has: that of its first method, or where this is taken (the same method with
 * other parameters) the next that is free.
 * @param settings what is to be told apart, with the first method and whether it is one of attention
 */
export function assignLooks(
  settings: readonly { readonly key: string; readonly method: string; readonly ring: boolean }[],
): ReadonlyMap<string, MethodLook> {
  const looks = new Map<string, MethodLook>();
  const taken = (look: MethodLook): boolean =>
    [...looks.values()].some(({ colour, ring }) => colour === look.colour && ring === look.ring);
  const waiting = settings.filter(({ key, method, ring }) => {
    const look = { colour: PLACES[method] ?? COLOURS, ring };
    if (taken(look)) return true;
    looks.set(key, look);
    return false;
  });
  for (const { key, ring } of waiting) {
    const free = Array.from({ length: COLOURS }, (_, index) => ({ colour: index + 1, ring })).find(
      (look) => !taken(look),
    );
    looks.set(key, free ?? { colour: COLOURS, ring });
  }
  return looks;
}

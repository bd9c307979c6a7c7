/** The ways to store keys and values, the default first. */
export const KV_TYPES = ['f16', 'f32', 'q8'] as const;

/** How keys and values are stored. 'q8' is an approximation: 8-bit numbers, with a scale for each token and head. */
export type KvType = (typeof KV_TYPES)[number];

import type { KvType, Method } from './method.ts';

const kvType = (name: KvType, description: string): Method<'kv'> => ({
  name,
  kind: 'kv',
  description,
  paper: undefined,
  status: 'faithful',
  parameters: [],
  make: () => name,
});

/** How keys and values are stored. */
export const KV_TYPES: readonly Method<'kv'>[] = [
  kvType('f16', 'Keys and values in half precision, packed in pairs: the default.'),
  kvType('f32', 'Keys and values in single precision: the reference.'),
  kvType('q8', 'Keys and values in 8 bits, with a scale for each token and head.'),
];

import type { KvType } from '../core/api.ts';
import type { Method } from './method.ts';

const kvMethod = (name: KvType, description: string): Method<'kv'> => ({
  name,
  kind: 'kv',
  description,
  paper: undefined,
  status: 'faithful',
  parameters: [],
  make: () => name,
  laws: [],
});

/** How keys and values are stored. */
export const KV_METHODS: readonly Method<'kv'>[] = [
  kvMethod('f16', 'Keys and values in half precision, packed in pairs: the default.'),
  kvMethod('f32', 'Keys and values in single precision: the reference.'),
  kvMethod('q8', 'Keys and values in 8 bits, with a scale for each token and head.'),
];

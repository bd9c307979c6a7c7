import { KV_TYPES } from '../core/kv-types.ts';
import { KV_FORMATS } from '../kernels/kv-formats/index.ts';
import type { Method } from './method.ts';

/** How keys and values are stored. */
export const KV_METHODS: readonly Method<'kv'>[] = KV_TYPES.map((name) => ({
  name,
  kind: 'kv',
  description: KV_FORMATS[name].description,
  paper: undefined,
  status: 'faithful',
  parameters: [],
  make: () => name,
  laws: [],
}));

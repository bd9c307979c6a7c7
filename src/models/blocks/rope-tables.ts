import type { LayerConfig, RopeConfig } from '../model-config.ts';
import { ropeFrequencies, ropeMagnitude } from '../rope.ts';
import { ropeTable } from '../rope-table.ts';
import type { VectorSpec } from '../tensors.ts';

/** Divisors of the frequencies, in files whose scaling is 'llama3'. */
const FACTORS = 'rope_freqs.weight';

/** The rope table of each layer; layers of equal rotation share one. */
export function ropeTables(layers: readonly LayerConfig[]): VectorSpec[] {
  const tables = new Map<string, VectorSpec>();
  return layers.map(({ rope }) => {
    const key = JSON.stringify(rope);
    const table = tables.get(key) ?? tableOf(rope);
    tables.set(key, table);
    return table;
  });
}

const tableOf = (rope: RopeConfig): VectorSpec => ({
  kind: 'vector',
  tensors: rope.scaling.kind === 'llama3' ? [{ name: FACTORS, shape: [rope.dims / 2] }] : [],
  make: ([factors], context) => ropeTable(ropeFrequencies(rope, factors), ropeMagnitude(rope), context),
});

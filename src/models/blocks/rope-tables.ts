import type { LayerConfig, RopeConfig } from '../model-config.ts';
import { ropeFrequencies, ropeMagnitude } from '../rope.ts';
import { ropeTable } from '../rope-table.ts';
import type { VectorSpec } from '../tensors.ts';

/** Divisors of the frequencies, in files whose scaling is 'llama3' or 'longrope'. */
const FACTORS = 'rope_freqs.weight';
const SHORT_AND_LONG = ['rope_factors_short.weight', 'rope_factors_long.weight'];

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

function tableOf(rope: RopeConfig): VectorSpec {
  const { scaling, dims } = rope;
  const names = scaling.kind === 'llama3' ? [FACTORS] : scaling.kind === 'longrope' ? SHORT_AND_LONG : [];
  return {
    kind: 'vector',
    tensors: dims === 0 ? [] : names.map((name) => ({ name, shape: [dims / 2] })),
    make(values, context) {
      const long = scaling.kind === 'longrope' && context > scaling.originalContext;
      return ropeTable(ropeFrequencies(rope, values[long ? 1 : 0]), ropeMagnitude(rope), context);
    },
  };
}

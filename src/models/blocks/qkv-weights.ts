/** The matrix of queries, keys and values of a layer and its bias, joined from what a file has of them. */

import type { LayerConfig } from '../model-config.ts';
import { sourceRow, type RowOrder } from '../row-order.ts';
import type { MatrixSpec, RowRange, TensorSpec, VectorSpec } from '../tensors.ts';

export interface QkvSource {
  readonly prefix: string;
  readonly hidden: number;
  readonly layer: LayerConfig;
  /** How the rows of queries and keys are put in pairs; undefined: they are. */
  readonly order: RowOrder | undefined;
  /** They are the rows of one tensor, `attn_qkv`. */
  readonly fused: boolean;
}

interface Section {
  readonly name: string;
  readonly rows: number;
  readonly order: RowOrder | undefined;
}

/** What the matrix has below each other. */
const sectionsOf = ({ layer: { qHeads, kvHeads, headDim }, order }: QkvSource): readonly Section[] => [
  { name: 'attn_q', rows: qHeads * headDim, order },
  { name: 'attn_k', rows: kvHeads * headDim, order },
  { name: 'attn_v', rows: kvHeads * headDim, order: undefined },
];

const sumOf = (sections: readonly Section[]): number => sections.reduce((sum, { rows }) => sum + rows, 0);

export function qkvMatrix(source: QkvSource): MatrixSpec {
  const { prefix, hidden, layer, order, fused } = source;
  const sections = sectionsOf(source);
  const tensor = (name: string, rows: number): TensorSpec => ({
    name: `${prefix}${name}.weight`,
    shape: [hidden, rows],
  });
  const whole = tensor('attn_qkv', sumOf(sections));
  let from = 0;
  const ranges = sections.map((section): RowRange => {
    const range = fused ? { tensor: whole, from } : { tensor: tensor(section.name, section.rows), from: 0 };
    from += section.rows;
    return { ...range, count: section.rows, order: section.order };
  });
  return {
    kind: 'matrix',
    role: 'qkv',
    tensors: fused ? [whole] : ranges.map((range) => range.tensor),
    join: 'stacked',
    ...((fused || order) && { ranges }),
    heads: layer,
  };
}

/** The bias of the same rows, 0 where a part has none; undefined where none has one. */
export function qkvBias({
  biased,
  ...source
}: QkvSource & { readonly biased: (name: string) => boolean }): VectorSpec | undefined {
  const { prefix, fused } = source;
  const sections = sectionsOf(source);
  const total = sumOf(sections);
  const names = fused ? ['attn_qkv'] : sections.map(({ name }) => name);
  const present = names.filter(biased);
  if (present.length === 0) return undefined;
  const rowsOf = (name: string): number => sections.find((section) => section.name === name)?.rows ?? total;
  return {
    kind: 'vector',
    tensors: present.map((name) => ({ name: `${prefix}${name}.bias`, shape: [rowsOf(name)] })),
    make(values) {
      const all = new Float32Array(total);
      let first = 0;
      for (const { name, rows, order } of sections) {
        const given = fused ? values[0]!.subarray(first, first + rows) : values[present.indexOf(name)];
        if (given) for (let row = 0; row < rows; row++) all[first + row] = given[order ? sourceRow(order, row) : row]!;
        first += rows;
      }
      return all;
    },
  };
}

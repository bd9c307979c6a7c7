import { invariant } from '../../core/invariant.ts';
import { wholeBuffer, type GpuArray } from '../../gpu/array.ts';
import type { Gpu } from '../../gpu/device.ts';
import { quantizedRowsBytes } from '../../kernels/elementwise/quantize-rows.ts';
import { FAULT_WORDS } from '../../kernels/faults.ts';
import { countsWords } from '../../kernels/sampling/penalties-part.ts';
import type { Block } from '../../models/network.ts';
import type { Activations } from '../../models/step.ts';
import type { NetworkWeights } from '../../models/weights.ts';

export interface ActivationSizes {
  readonly maxRows: number;
  readonly maxLogitRows: number;
  readonly maxSequences: number;
  /** Sequences whose tokens are counted at first. */
  readonly counted: number;
}

/** Allocates the buffers of a step for at most `maxRows` rows: the shared ones, and what the blocks ask for. */
export function createActivations(
  gpu: Gpu,
  blocks: readonly Block[],
  weights: NetworkWeights,
  { maxRows, maxLogitRows, maxSequences, counted }: ActivationSizes,
): Activations {
  const floats = (label: string, count: number): GpuArray => {
    const buffer = gpu.createBuffer(label, count * 4);
    return wholeBuffer(buffer);
  };
  const { hidden, vocab } = weights.config;
  const int8Columns = [...weights.matrices.values()].flatMap((parts) =>
    parts.flatMap(({ matrix, tuning }) => (tuning.matmul.activations === 'int8' ? [matrix.columns] : [])),
  );
  const sizes = new Map<string, number>();
  for (const { name, floats: floatsOf } of blocks.flatMap((block) => block.scratch?.(weights) ?? []))
    sizes.set(name, Math.max(sizes.get(name) ?? 0, floatsOf(maxRows)));
  const scratch = new Map([...sizes].map(([name, count]) => [name, floats(name, count)]));
  return {
    hidden: floats('hidden', maxRows * hidden),
    normed: floats('normed', maxRows * hidden),
    int8: floats(
      'int8 rows',
      int8Columns.length > 0 ? quantizedRowsBytes(maxRows, Math.max(hidden, ...int8Columns)) / 4 : 4,
    ),
    logits: floats('logits', maxLogitRows * vocab),
    blockMax: floats('block maxima', maxLogitRows * Math.ceil(vocab / 64)),
    counts: floats('token counts and masks', countsWords(vocab, counted)),
    faults: floats('range faults', maxSequences * FAULT_WORDS),
    get bytes() {
      const { hidden: stream, normed, int8, logits, blockMax, counts, faults } = this;
      const arrays = [stream, normed, int8, logits, blockMax, counts, faults, ...scratch.values()];
      return arrays.reduce((sum, { byteLength }) => sum + byteLength, 0);
    },
    scratch({ name }) {
      const array = scratch.get(name);
      invariant(array !== undefined, () => `no block has declared the buffer "${name}"`);
      return array;
    },
  };
}

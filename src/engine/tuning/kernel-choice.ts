import type { AttentionBackend } from '../../attention/backend.ts';
import { dense } from '../../attention/dense.ts';
import { listed, type ListedAttention } from '../../attention/listed.ts';
import type { Gpu } from '../../gpu/device.ts';
import type { DecodeTuning, HeadShape, PrefillTuning } from '../../kernels/attention/tuning.ts';
import type { KvType } from '../../kernels/cache-layout.ts';
import type { LinearTuning, MatrixShape } from '../../kernels/linear/tuning.ts';
import type { ActivationType } from '../../kernels/linear/variant.ts';
import {
  attentionTunables,
  decodeKey,
  decodeTunings,
  prefillKey,
  prefillTunings,
  type Heads,
} from './attention-tunable.ts';
import { autotune, type TuningTable } from './autotune.ts';
import { linearTunable, linearTunings, shapeKey } from './linear-tunable.ts';
import type { TuningStore } from './tuning-store.ts';

/** The kernels of a model on a device. */
export interface KernelChoice {
  tuningOf(shape: MatrixShape): LinearTuning;
  readonly attention: AttentionBackend;
  /** Attention to listed slots, in the same shapes. */
  readonly listed: ListedAttention;
  readonly table: TuningTable;
}

export interface ChooseKernelsOptions {
  readonly gpu: Gpu;
  readonly matrices: readonly MatrixShape[];
  readonly heads: readonly Heads[];
  readonly kv: KvType;
  /** In what numbers the rows of prompts are multiplied with matrices of this type. */
  readonly activationsOf: (shape: MatrixShape) => ActivationType;
  readonly enabled: boolean;
  readonly store: TuningStore | undefined;
  readonly timeBox?: number;
}

/**
 * Chooses the kernel shapes of every matrix, once for all its row counts and before its weights are laid out (a layout
 * belongs to a choice), and those of attention.
 */
export async function chooseKernels(options: ChooseKernelsOptions): Promise<KernelChoice> {
  const { gpu, matrices, kv, activationsOf, enabled, store, timeBox } = options;
  const table = await autotune({
    gpu,
    tunables: [
      ...matrices.map((shape) => linearTunable(gpu, shape, activationsOf(shape))),
      ...options.heads.flatMap((heads) => attentionTunables(gpu, heads, kv)),
    ],
    enabled,
    store,
    ...(timeBox !== undefined && { timeBox }),
  });
  // Measured on a cache of type `kv`; conversations that store keys otherwise attend in the same shapes.
  const decode = (heads: HeadShape): DecodeTuning => decodeTunings(gpu, heads)[table.indexOf(decodeKey(heads, kv))]!;
  const prefill = (heads: HeadShape): PrefillTuning =>
    prefillTunings(gpu, heads)[table.indexOf(prefillKey(heads, kv))]!;
  return {
    tuningOf(shape) {
      const activations = activationsOf(shape);
      return linearTunings(gpu, shape, activations)[table.indexOf(shapeKey(shape, activations))]!;
    },
    attention: dense({ adapter: gpu, decode, prefill }),
    listed: listed({ adapter: gpu, decode }),
    table,
  };
}

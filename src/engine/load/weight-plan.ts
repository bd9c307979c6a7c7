import { MemoryError } from '../../core/errors.ts';
import type { MatrixShape } from '../../kernels/linear/tuning.ts';
import { matrixBytes } from '../../kernels/weights/format.ts';
import type { ModelConfig } from '../../models/model-config.ts';
import type { GgufFile, TensorInfo } from '../../weights/gguf.ts';

/** Rows [from, from + count) of a tensor; row i becomes row first + i * stride of the matrix. */
export interface PlannedRows {
  readonly tensor: TensorInfo;
  readonly from: number;
  readonly count: number;
  readonly first: number;
  readonly stride: number;
}

/** A matrix that will be on the GPU, and the tensors it is made of. */
export interface PlannedMatrix extends MatrixShape {
  /** Where its rows begin in the larger matrix it is a part of. */
  readonly firstRow: number;
  readonly rows: readonly PlannedRows[];
}

export interface PlannedLayer {
  readonly qkv: readonly PlannedMatrix[];
  readonly output: PlannedMatrix;
  readonly gateUp: PlannedMatrix | { readonly gate: PlannedMatrix; readonly up: PlannedMatrix };
  readonly down: PlannedMatrix;
}

/** Which tensors make which matrices of a network. */
export interface WeightPlan {
  readonly layers: readonly PlannedLayer[];
  readonly embedding: readonly PlannedMatrix[];
  /** The very parts of the embedding where the head is tied to it. */
  readonly head: readonly PlannedMatrix[];
  /** What the file made necessary, in words. */
  readonly fallbacks: readonly string[];
}

export const rowsOf = (tensor: TensorInfo): number => tensor.shape[1] ?? 1;

/**
 * Joins Q, K and V, and gate and up, where their types agree, and cuts what is larger than a binding into row shards.
 * @param bindingLimit bytes of one binding.
 * @throws MemoryError when a layer's matrix is larger than that.
 */
export function planWeights(gguf: GgufFile, config: ModelConfig, bindingLimit: number): WeightPlan {
  checkLimits(bindingLimit, gguf, config);
  const fallbacks: string[] = [];
  const tensorOf = (name: string): TensorInfo => gguf.tensors.get(name)!;
  const layers = config.layers.map((_, layer): PlannedLayer => {
    const name = (part: string): string => `blk.${layer}.${part}.weight`;
    const gate = tensorOf(name('ffn_gate'));
    const up = tensorOf(name('ffn_up'));
    const together = gate.type === up.type;
    if (!together)
      fallbacks.push(`layer ${layer} runs gate and up apart, because their types are ${gate.type} and ${up.type}`);
    return {
      qkv: joined([name('attn_q'), name('attn_k'), name('attn_v')].map(tensorOf)),
      output: whole(tensorOf(name('attn_output')), 'project'),
      gateUp: together ? alternating(gate, up) : { gate: whole(gate, 'project'), up: whole(up, 'project') },
      down: whole(tensorOf(name('ffn_down')), 'project'),
    };
  });
  const shards = (name: string): readonly PlannedMatrix[] => {
    const parts = sharded(tensorOf(name), bindingLimit);
    if (parts.length > 1)
      fallbacks.push(`${name} is ${parts.length} row shards: one binding holds at most ${bindingLimit} bytes`);
    return parts;
  };
  const embedding = shards('token_embd.weight');
  const head = config.head === 'tied' ? embedding : shards('output.weight');
  return { layers, embedding, head, fallbacks };
}

/** Every matrix of a plan once. */
export const matricesOf = ({ layers, embedding, head }: WeightPlan): PlannedMatrix[] => [
  ...new Set([
    ...layers.flatMap(({ qkv, output, gateUp, down }) => [
      ...qkv,
      output,
      ...('rows' in gateUp ? [gateUp] : [gateUp.gate, gateUp.up]),
      down,
    ]),
    ...embedding,
    ...head,
  ]),
];

function whole(tensor: TensorInfo, role: MatrixShape['role']): PlannedMatrix {
  const outputs = rowsOf(tensor);
  return {
    type: tensor.type,
    outputs,
    columns: tensor.shape[0]!,
    role,
    firstRow: 0,
    rows: [{ tensor, from: 0, count: outputs, first: 0, stride: 1 }],
  };
}

/** Rows of gate and up by turns, so that a lane has both halves of an element of the MLP. */
const alternating = (gate: TensorInfo, up: TensorInfo): PlannedMatrix => ({
  type: gate.type,
  outputs: 2 * rowsOf(gate),
  columns: gate.shape[0]!,
  role: 'gate-up',
  firstRow: 0,
  rows: [gate, up].map((tensor, first) => ({ tensor, from: 0, count: rowsOf(tensor), first, stride: 2 })),
});

/** Neighbouring tensors of one type become one matrix. */
function joined(tensors: readonly TensorInfo[]): PlannedMatrix[] {
  const parts: PlannedMatrix[] = [];
  for (let i = 0, firstRow = 0; i < tensors.length;) {
    let end = i + 1;
    while (end < tensors.length && tensors[end]!.type === tensors[i]!.type) end++;
    const rows: PlannedRows[] = [];
    let outputs = 0;
    for (const tensor of tensors.slice(i, end)) {
      rows.push({ tensor, from: 0, count: rowsOf(tensor), first: outputs, stride: 1 });
      outputs += rowsOf(tensor);
    }
    parts.push({ type: tensors[i]!.type, outputs, columns: tensors[i]!.shape[0]!, role: 'qkv', firstRow, rows });
    firstRow += outputs;
    i = end;
  }
  return parts;
}

/** A matrix above the binding limit becomes row shards of whole 64-row blocks. */
function sharded(tensor: TensorInfo, bindingLimit: number): PlannedMatrix[] {
  const columns = tensor.shape[0]!;
  const rowBytes = matrixBytes(tensor.type, 64, columns, 64).codes / 64;
  const most = Math.floor(bindingLimit / rowBytes / 64) * 64;
  const parts: PlannedMatrix[] = [];
  for (let from = 0; from < rowsOf(tensor); from += most) {
    const count = Math.min(most, rowsOf(tensor) - from);
    parts.push({
      type: tensor.type,
      outputs: count,
      columns,
      role: 'head',
      firstRow: from,
      rows: [{ tensor, from, count, first: 0, stride: 1 }],
    });
  }
  return parts;
}

/** Said before anything is allocated: which tensor cannot be bound on this device. */
function checkLimits(limit: number, gguf: GgufFile, config: ModelConfig): void {
  const joint: readonly (readonly string[])[] = config.layers.flatMap((_, layer) => [
    ['attn_q', 'attn_k', 'attn_v'].map((part) => `blk.${layer}.${part}.weight`),
    [`blk.${layer}.attn_output.weight`],
    ['ffn_gate', 'ffn_up'].map((part) => `blk.${layer}.${part}.weight`),
    [`blk.${layer}.ffn_down.weight`],
  ]);
  for (const names of joint) {
    const bytes = names.reduce((sum, name) => sum + gguf.tensors.get(name)!.byteLength, 0);
    if (bytes > limit)
      throw new MemoryError({
        code: 'out-of-memory',
        happened: `${names.join(' with ')} needs ${bytes} bytes in one binding.`,
        expected: `This device binds at most ${limit} bytes at once.`,
        todo: 'Choose a more strongly quantised file of this model, or a smaller model.',
      });
  }
}

/** What a load learns of how large a model's numbers get, and what halves make of it. */

import type { ScaledRange } from '../../core/api.ts';
import type { ActivationType } from '../../kernels/linear/variant.ts';
import type { Matrix } from '../../kernels/weights/format.ts';
import { weightsOf, type NetworkGraph } from '../../models/network.ts';
import type { MatrixSpec, VectorSpec } from '../../models/tensors.ts';
import type { GgufFile } from '../../weights/gguf.ts';
import { scaledHeads } from './cache-ranges.ts';
import { scalesOf } from './half-scales.ts';
import { SizeMeter } from './tensor-sizes.ts';
import type { PlannedMatrix } from './weight-plan.ts';

export interface Ranges {
  /** Keys and values that a cache of halves holds times a power of two. */
  readonly heads: readonly ScaledRange[];
  /** What cannot be held as well as it should, in words. */
  readonly fallbacks: readonly string[];
}

/** A meter of the tensors whose sizes are needed: keys and values, and with prompts in f16 every matrix that is multiplied. */
export function sizeMeter(
  gguf: GgufFile,
  graph: NetworkGraph,
  vectors: ReadonlyMap<VectorSpec, Float32Array>,
  activations: ActivationType,
): SizeMeter {
  const meter = new SizeMeter();
  for (const { role, tensors, inputs } of matricesOf(graph)) {
    const gain = inputs?.from === 'norm' ? vectors.get(inputs.gain) : undefined;
    const wanted = activations === 'f16' ? tensors : role === 'qkv' ? tensors.slice(1) : [];
    if (role !== 'embedding') for (const { name } of wanted) meter.ask(gguf.tensors.get(name)!, gain);
  }
  return meter;
}

/** What follows for the cache, and for matrices that are multiplied in f16, whose scales are set. The weights have been read. */
export function applyRanges(
  graph: NetworkGraph,
  meter: SizeMeter,
  planned: ReadonlyMap<Matrix, PlannedMatrix>,
  vectors: ReadonlyMap<VectorSpec, Float32Array>,
  inHalves: (matrix: Matrix) => boolean,
): Ranges {
  const heads = matricesOf(graph).flatMap((spec) => scaledHeads(spec, meter, vectors));
  const apart: string[] = [];
  for (const [matrix, part] of planned) {
    if (!inHalves(matrix)) continue;
    matrix.halves = scalesOf(part, meter, vectors);
    if (matrix.halves?.fits === false) apart.push(part.rows[0]!.tensor.name);
  }
  const wide = heads.filter(({ tooWide }) => tooWide);
  return {
    heads: heads.flatMap(({ layer, kvHead, what, exponent }) =>
      exponent === 0 ? [] : [{ layer, kvHead, what, exponent }],
    ),
    fallbacks: [
      ...(apart.length > 0
        ? [`activations of ${listed(apart)} are f32, not f16: the numbers span more than halves hold`]
        : []),
      ...(wide.length > 0
        ? [
            `${listed(wide.map(({ what, layer, kvHead }) => `${what} of layer ${layer}, head ${kvHead}`))} span more than the halves of kv f16 hold: the smallest lose digits; kv f32 holds them`,
          ]
        : []),
    ],
  };
}

const matricesOf = (graph: NetworkGraph): MatrixSpec[] =>
  weightsOf(graph).flatMap((spec) => (spec.kind === 'matrix' ? [spec] : []));

/** The first names, and how many more there are. */
const listed = (names: readonly string[]): string =>
  names.length <= 3 ? names.join(' and ') : `${names.slice(0, 2).join(', ')} and ${names.length - 2} more`;

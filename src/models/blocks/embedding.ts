import { addPositions } from '../../kernels/elementwise/add-positions.ts';
import { embed } from '../../kernels/elementwise/embed.ts';
import { linearParams } from '../../kernels/linear/variant.ts';
import { weightConstants } from '../../kernels/weights/format.ts';
import type { Block } from '../network.ts';
import type { MatrixSpec } from '../tensors.ts';

/** Begins the residual stream with the rows of the step's tokens, times `scale`. */
export const embeddingBlock = (table: MatrixSpec, scale = 1): Block => ({
  weights: [table],
  encode({ recorder, weights, activations, state, shape }) {
    for (const { matrix, firstRow } of weights.parts(table))
      recorder.add(
        'embed',
        embed.call({
          params: { ...linearParams(matrix), first_id: firstRow, scale, layer: 0 },
          constants: weightConstants(matrix.type, matrix.rowTile),
          variant: { type: matrix.type, rows: shape.rows },
          bindings: { codes: matrix.codes, aux: matrix.aux, state, y: activations.hidden },
        }),
      );
  },
});

/** Adds the rows of the tokens' positions, which were learned. */
export const positionsBlock = (table: MatrixSpec): Block => ({
  weights: [table],
  encode({ recorder, weights, activations, state, shape }) {
    const { matrix } = weights.parts(table)[0]!;
    recorder.add(
      'embed.positions',
      addPositions.call({
        params: { ...linearParams(matrix), layer: 0 },
        constants: weightConstants(matrix.type, matrix.rowTile),
        variant: { type: matrix.type, rows: shape.rows },
        bindings: { codes: matrix.codes, aux: matrix.aux, state, y: activations.hidden },
      }),
    );
  },
});

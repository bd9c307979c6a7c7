import type { Matrix } from '../weights/format.ts';
import type { LinearRole, LinearTuning } from './tuning.ts';
import { fitTile, type LinearVariant } from './variant.ts';

/** Up to this many rows run as matvecs, with the norms folded in; more as a matmul. */
export const MATVEC_ROWS = 8;

/** A matrix on the GPU and the kernel shapes chosen for it. */
export interface TunedMatrix {
  readonly matrix: Matrix;
  readonly role: LinearRole;
  readonly tuning: LinearTuning;
}

/** The matvec kernel that serves `count` rows: 1, 2, 4 or 8. */
export const matvecColumns = (count: number): 1 | 2 | 4 | 8 => (count <= 1 ? 1 : count <= 2 ? 2 : count <= 4 ? 4 : 8);

/** The kernel shape that tuning chose for so many rows. */
export const tunedVariant = ({ tuning, matrix, role }: TunedMatrix, rows: number): LinearVariant =>
  rows <= MATVEC_ROWS
    ? tuning.rows(matvecColumns(rows))
    : fitTile(tuning.matmul, matrix.outputs, rows, role === 'lm-head');

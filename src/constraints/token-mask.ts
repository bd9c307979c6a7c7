import type { Constraint } from '../core/constraint.ts';
import { UsageError } from '../core/errors.ts';

/**
 * Which tokens may come next, given the new ids so far: a bit for every id, the lowest first, ceil(vocab / 32) words.
 * Undefined allows all.
 */
export type TokenMask = (ids: readonly number[]) => Uint32Array | undefined;

/**
 * A constraint from a function of the new ids. It runs on the engine's own thread, so an engine behind a Worker refuses it.
 * @throws UsageError 'usage-option' for anything but a function
 */
export function tokenMask(mask: TokenMask): Constraint {
  if (typeof mask !== 'function')
    throw new UsageError({
      code: 'usage-option',
      happened: `tokenMask() was given a value of type ${typeof mask}.`,
      expected: 'It takes a function of the new ids.',
      todo: 'Pass such a function.',
    });
  return {
    name: 'token-mask',
    spec: undefined,
    begin: () => {
      const ids: number[] = [];
      return {
        mask: () => mask([...ids]),
        accept: (id) => void ids.push(id),
        undo: (count) => void ids.splice(ids.length - count),
      };
    },
  };
}

import type { Bytes } from '../../src/kernels/cases/kernel-case.ts';
import { attends, look, untouched, type Lists, type Scene, type Seen } from './scene.ts';

/** The maximum, and the log-sum-exp, of a split or list that sees nothing. */
export const LOWEST = -3e38;
/** What stands for it in a comparison: beside LOWEST no other difference would count. */
const NOTHING_SEEN = -1000;

type Outputs = Readonly<Record<string, Bytes | Float64Array | readonly number[]>>;

/** Partials and log-sum-exps so that they can be compared. */
export const comparable = <T extends Outputs>(outputs: T): T & Outputs => ({
  ...outputs,
  ...Object.fromEntries(
    ['partials', 'lse'].flatMap((name) => {
      const numbers = outputs[name];
      return numbers ? [[name, Float32Array.from(numbers, (number) => (number < -1e38 ? NOTHING_SEEN : number))]] : [];
    }),
  ),
});

export interface PartialsOptions {
  /** Rows of other kinds are untouched. Default 0. */
  readonly kind?: number;
  readonly lists?: Lists;
  /** The noisy scores of a row and head, where it has some. */
  readonly noisy?: (row: number, head: number) => readonly Pick<Seen, 'slot' | 'score'>[] | undefined;
}

/** Maximum and weight of a split in log2 units. */
function endOf(seen: readonly Pick<Seen, 'score'>[]): [max: number, weight: number] {
  const scores = seen.map(({ score }) => score * Math.LOG2E);
  const max = Math.max(LOWEST, ...scores);
  return [max, scores.reduce((sum, score) => sum + 2 ** (score - max), 0)];
}

/**
 * Per (row, head, split): the sums of 2^(score - max) * value, the maximum in log2 units, the sum of 2^(score - max), and
 * those two of the noisy scores, or zeros.
 */
export function partialsOf(
  scene: Scene,
  splits: number,
  { kind = 0, lists, noisy }: PartialsOptions = {},
): readonly number[] {
  const heads = scene.kvHeads * scene.group;
  const all: number[] = [];
  for (let row = 0; row < scene.bucket; row++)
    for (let head = 0; head < heads; head++)
      for (let split = 0; split < splits; split++) {
        if (!attends(scene, row, kind)) {
          all.push(...untouched(scene.headDim + 4));
          continue;
        }
        const list = lists?.[row]?.[Math.floor(head / scene.group)];
        const inSplit = ({ slot }: { readonly slot: number }): boolean =>
          Math.floor((list ? list.indexOf(slot) : slot) / 64) % splits === split;
        const mine = look(scene, row, head, lists).filter(inSplit);
        const [max, weight] = endOf(mine);
        const sums = Array<number>(scene.headDim).fill(0);
        for (const { score, value } of mine)
          value.forEach((element, i) => (sums[i]! += 2 ** (score * Math.LOG2E - max) * element));
        const noise = noisy?.(row, head);
        all.push(...sums, max, weight, ...(noise ? endOf(noise.filter(inSplit)) : [0, 0]));
      }
  return all;
}

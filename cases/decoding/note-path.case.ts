import { notePath } from '../../src/kernels/decoding/note-path.ts';
import { setTree, treeWords, type DraftTree } from '../support/draft-trees.ts';
import { kernelCase } from '../support/kernel-case.ts';

interface Shape {
  readonly slots: number;
  readonly paths: readonly (readonly number[])[];
}

const treeOf = (path: readonly number[], i: number, { paths, slots }: Shape): DraftTree => {
  const nodes = Math.max(1, ...path) + 2;
  return {
    sequence: paths.length - 1 - i,
    // The last one's path goes past the history's end.
    position: i === paths.length - 1 ? slots - 2 : 5 * i,
    tokens: Array.from({ length: nodes }, (_, node) => 100 * i + node),
    parents: Array<number>(nodes).fill(0),
    path,
  };
};

export default kernelCase(notePath, {
  shapes: [
    { slots: 9, paths: [[0]] },
    { slots: 64, paths: [[0, 2, 5], [], [0], [0, 1, 2, 3]] },
  ] as readonly Shape[],
  bench: [{ slots: 4096, paths: [[0, 2, 5]] }] as readonly Shape[],
  build(shape) {
    const { slots, paths } = shape;
    const trees = treeWords(paths.length, 3);
    paths.forEach((path, i) => setTree(trees, i, treeOf(path, i, shape)));
    return {
      params: { trees: paths.length, slots },
      constants: {},
      variant: undefined,
      buffers: { trees, history: new Uint32Array(paths.length * slots).fill(7) },
    };
  },
  reference({ buffers }, shape) {
    const history = Uint32Array.from(buffers.history as Uint32Array);
    shape.paths.forEach((path, i) => {
      const { sequence, position, tokens } = treeOf(path, i, shape);
      path.forEach((node, j) => {
        if (position + j < shape.slots) history[sequence * shape.slots + position + j] = tokens[node]!;
      });
    });
    return { history };
  },
  // Words are moved.
  tolerance: 0,
  probe: (): Shape => ({ slots: 64, paths: [[0, 2, 5], [], [0], [0, 1, 2, 3]] }),
  label: ({ paths }) => `paths of ${paths.map(({ length }) => length).join(' + ')}`,
  work: ({ paths }) => ({ bytes: paths.reduce((sum, { length }) => sum + length, 0) * 12, flops: 0 }),
});

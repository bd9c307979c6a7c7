import { DraftSource, MAX_TREE_NODES, TREE_WORDS, TreeWord } from '../../src/kernels/decoding/draft-tree.ts';
import { lookUp } from '../../src/kernels/decoding/look-up.ts';
import { setTree, treeWords } from '../support/draft-trees.ts';
import { kernelCase } from '../support/kernel-case.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { smallLayout, stepWords } from '../support/step-words.ts';

interface Shape {
  readonly nodes: number;
  readonly least: number;
  readonly most: number;
  readonly branches: number;
  /** Of each sequence the position of its root, and how many tokens there are: few repeat often. */
  readonly sequences: readonly { readonly position: number; readonly tokens: number; readonly done?: boolean }[];
}

const SLOTS = 700;
const UNTOUCHED = 5;

const rowsOf = ({ sequences }: Shape) =>
  sequences.map(({ position, tokens, done = false }, i) => ({
    sequence: sequences.length - 1 - i,
    position,
    token: (7 * i) % tokens,
    valid: !done,
  }));

export default kernelCase(lookUp, {
  shapes: [
    { nodes: 2, least: 1, most: 4, branches: 1, sequences: [{ position: 30, tokens: 5 }] },
    {
      nodes: 16,
      least: 2,
      most: 16,
      branches: 3,
      sequences: [
        { position: 600, tokens: 4 },
        { position: 0, tokens: 4 },
        { position: 1, tokens: 1 },
        { position: 300, tokens: 3000 },
        { position: 90, tokens: 6, done: true },
      ],
    },
    { nodes: MAX_TREE_NODES, least: 1, most: 3, branches: 8, sequences: [{ position: 513, tokens: 12 }] },
    {
      nodes: 9,
      least: 3,
      most: 16,
      branches: 1,
      sequences: [
        { position: 400, tokens: 2 },
        { position: 6, tokens: 1 },
      ],
    },
  ] as readonly Shape[],
  bench: [
    { nodes: 16, least: 2, most: 16, branches: 1, sequences: [{ position: 600, tokens: 4 }] },
  ] as readonly Shape[],
  build(shape, random) {
    const { nodes, least, most, branches, sequences } = shape;
    const draw = seededRandom(random.word());
    const rows = rowsOf(shape);
    const layout = smallLayout();
    // What lies behind the root is of another time.
    const history = Uint32Array.from({ length: sequences.length * SLOTS }, () => 90_000);
    rows.forEach(({ sequence, position }, i) => {
      for (let at = 0; at < position; at++) history[sequence * SLOTS + at] = draw.int(sequences[i]!.tokens);
    });
    return {
      params: { trees: sequences.length, nodes, slots: SLOTS, least, most, branches },
      constants: {},
      variant: undefined,
      buffers: {
        state: stepWords({ layout, rows, logitRows: rows.map((_row, i) => i), sequences: [] }),
        history,
        trees: treeWords(sequences.length, UNTOUCHED),
      },
    };
  },
  reference({ buffers }, shape) {
    const { nodes, least, most, branches } = shape;
    const words = treeWords(shape.sequences.length, UNTOUCHED);
    rowsOf(shape).forEach(({ sequence, position, token: root, valid }, i) => {
      const text = [...buffers.history.slice(sequence * SLOTS, sequence * SLOTS + position), root];
      const agreement = (place: number): number => {
        let length = 0;
        while (length < most && length <= place && text[place - length] === text[position - length]) length++;
        return length;
      };
      const tokens: number[] = [root];
      const parents: number[] = [0];
      const firsts: number[] = [];
      for (let branch = 0; branch < branches && tokens.length < nodes; branch++) {
        let best: { place: number; length: number } | undefined;
        for (let place = 0; place < position; place++) {
          const length = agreement(place);
          if (length < least || firsts.includes(text[place + 1]!)) continue;
          if (!best || length >= best.length) best = { place, length };
        }
        if (!best) break;
        const left = nodes - tokens.length;
        const count = branch + 1 === branches ? left : Math.floor((left + 1) / 2);
        firsts.push(text[best.place + 1]!);
        for (let j = 0; j < count; j++) {
          parents.push(j === 0 ? 0 : tokens.length - 1);
          tokens.push(text[best.place + 1 + (j % (position - best.place))]!);
        }
      }
      const sources = tokens.map((_token, node) => (node === 0 ? UNTOUCHED : DraftSource.history));
      setTree(words, i, { sequence, position, tokens, parents, sources, done: !valid });
      // Rows of this test do not decode.
      words[i * TREE_WORDS + TreeWord.flags] = valid ? 1 : 0;
    });
    return { trees: words };
  },
  // Whole numbers.
  tolerance: 0,
  probe: (): Shape => ({
    nodes: 16,
    least: 2,
    most: 16,
    branches: 3,
    sequences: [
      { position: 600, tokens: 4 },
      { position: 300, tokens: 3000 },
    ],
  }),
  label: ({ nodes, sequences }) =>
    `${nodes} nodes behind ${sequences.map(({ position }) => position).join(' + ')} tokens`,
  work: ({ sequences }) => ({ bytes: sequences.reduce((sum, { position }) => sum + position, 0) * 4, flops: 0 }),
});

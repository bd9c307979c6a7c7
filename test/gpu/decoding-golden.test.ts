/** The worked examples of tree decoding, step by step through the kernels that do it. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { requestGpu } from '../../src/gpu/request.ts';
import type { Gpu } from '../../src/gpu/device.ts';
import { SUCCESSORS, TreeWord } from '../../src/kernels/decoding/draft-tree.ts';
import { keepPath } from '../../src/kernels/decoding/keep-path.ts';
import { learn } from '../../src/kernels/decoding/learn.ts';
import { plant } from '../../src/kernels/decoding/plant.ts';
import { recycle } from '../../src/kernels/decoding/recycle.ts';
import { verify } from '../../src/kernels/decoding/verify.ts';
import { OUTPUT_WORDS } from '../../src/kernels/sampling/outputs.ts';
import { Row, rowAt, stepLayout, type StepLayout } from '../../src/kernels/step-layout.ts';
import { CHAT_DEFAULTS, packSequence } from '../../src/sampling/settings.ts';
import { CacheWords, lengthAt, pageAt } from '../../cases/support/cache-words.ts';
import { setTree, treeWords } from '../../cases/support/draft-trees.ts';
import type { AnyKernelCase } from '../../cases/support/kernel-case.ts';
import { stepWords } from '../../cases/support/step-words.ts';
import templates from '../golden/dec-tree_templates.json';
import recycling from '../golden/dec-token_recycling.json';
import verification from '../golden/dec-tree_verify.json';
import { runKernel } from '../support/run-kernel.ts';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await requestGpu({ provider: navigator.gpu });
});
afterAll(() => gpu?.dispose());

/** A kernel by itself: it is run on what the test builds. */
const runOf = (kernel: AnyKernelCase['kernel']): AnyKernelCase => ({
  kernel,
  shapes: [],
  bench: [],
  build: () => {
    throw new Error('built by the test');
  },
  reference: () => ({}),
  tolerance: 0,
});

const layoutOf = (rows: number, maxPages = 2): StepLayout =>
  stepLayout({ maxRows: rows, maxLogitRows: rows, maxSequences: 1, layers: 1, kvStride: 1, maxPages });

/** The step state of one sequence whose root stands at this position. */
function stateOf(layout: StepLayout, position: number, token: number, stopIds: readonly number[] = []) {
  const record = packSequence({ ...CHAT_DEFAULTS, seed: 1 }, { remaining: 500, stopIds, ignoreEos: false });
  const rows = [{ sequence: 0, position, token, decode: true }];
  const state = stepWords({ layout, rows, logitRows: [0], sequences: [record] });
  state[lengthAt(layout, 0, 0, 0)] = position;
  return state;
}

const words = (array: ArrayLike<number>, at: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => array[at + i]!);

describe('the worked tree', () => {
  const { parent, token, committed_len: committed, target_argmax_per_node: argmax } = verification;
  const nodes = parent.length;
  const layout = layoutOf(nodes);

  async function planted(stopIds: readonly number[] = []) {
    const trees = treeWords(1);
    setTree(trees, 0, { sequence: 0, position: committed, tokens: token, parents: parent });
    const state = stateOf(layout, committed, token[0]!, stopIds);
    const built = { params: { trees: 1, nodes }, constants: {}, variant: undefined, buffers: { state, trees } };
    const { state: after } = await runKernel(gpu, runOf(plant), built);
    return { trees, state: after! };
  }

  async function verified(stopIds: readonly number[] = []) {
    const { trees, state } = await planted(stopIds);
    const outputs = new Uint32Array(layout.maxLogitRows * OUTPUT_WORDS);
    argmax.forEach((id, node) => (outputs[node * OUTPUT_WORDS + 1] = id));
    const built = {
      params: { trees: 1, nodes },
      constants: { RING: 1 },
      variant: undefined,
      buffers: { state, trees, outputs },
    };
    const got = await runKernel(gpu, runOf(verify), built);
    const count = got['outputs']![0]!;
    return {
      emitted: words(got['outputs']!, 1, count),
      path: words(got['trees']!, TreeWord.path, count),
      trees: got['trees']!,
      state: got['state']!,
    };
  }

  test('its rows have the positions and the ancestors', async () => {
    const { state } = await planted();
    const at = (node: number): number => rowAt(layout, node);
    expect(parent.map((_parent, node) => state[at(node) + Row.position])).toEqual(verification.position_ids);
    expect(parent.map((_parent, node) => state[at(node) + Row.ancestors])).toEqual(
      verification.mask_rows_bits.map((bits) => Number(bits)),
    );
  });

  test('the path that is kept, and the tokens that are given', async () => {
    const { emitted, path } = await verified();
    expect(path).toEqual(verification.accepted_nodes);
    expect(emitted).toEqual(verification.emitted_tokens);
    const { eos, emitted_tokens, committed_len_after } = verification.eos_case;
    const ended = await verified([eos]);
    expect(ended.emitted).toEqual(emitted_tokens);
    expect(committed + ended.path.length).toBe(committed_len_after);
  });

  test('keys and values move to where the worked example moves them', async () => {
    const { trees, state } = await verified();
    state.set([0, 1], pageAt(layout, 0, 0, 0));
    const shape = { kv: 'f32', kvHeads: 1, headDim: 4 } as const;
    const before = CacheWords.filled(shape, 2, 0);
    for (let slot = 0; slot < 128; slot++)
      before.write(Math.floor(slot / 64), 0, slot, { place: slot, mass: 0, content: Array<number>(8).fill(slot) });
    const { cache } = await runKernel(gpu, runOf(keepPath), {
      params: { layer: 0, trees: 1 },
      constants: { KV_HEADS: 1, HEAD_DIM: 4 },
      variant: { kv: 'f32' },
      buffers: { state, trees, cache: before.words },
    });
    const after = new CacheWords(shape, cache!, before.mass);
    const { from_slots, to_slots } = verification.kv_copy;
    expect(to_slots.map((slot) => after.read(Math.floor(slot / 64), 0, slot).content[0])).toEqual(from_slots);
  });
});

test('a step of token recycling: the tree, and the matrix behind it', async () => {
  const { parent, rank, root_token: root, tree_token_ids, target_top3_per_node: tops, accepted_nodes } = recycling;
  const nodes = parent.length;
  const layout = layoutOf(nodes);
  const known = recycling.matrix_before[0]!.length;
  /** Rows of the example's width in rows of eight. */
  const padded = (rows: readonly (readonly number[])[]): Uint32Array<ArrayBuffer> => {
    const matrix = new Uint32Array(rows.length * SUCCESSORS * 2);
    rows.forEach((row, token) => row.forEach((id, i) => (matrix[2 * (token * SUCCESSORS + i)] = id + 1)));
    return matrix;
  };
  const matrix = padded(recycling.matrix_before);
  const state = stateOf(layout, 20, root);
  const params = { trees: 1, nodes };
  const { trees } = await runKernel(gpu, runOf(recycle), {
    params: { ...params, depth: 4 },
    constants: {},
    variant: undefined,
    buffers: {
      state,
      matrix,
      shape: Uint32Array.from(parent.flatMap((up, node) => [Math.max(0, up), Math.max(0, rank[node]!)])),
      trees: treeWords(1),
    },
  });
  expect(words(trees!, TreeWord.tokens, nodes)).toEqual(tree_token_ids);

  const { state: rows } = await runKernel(gpu, runOf(plant), {
    params,
    constants: {},
    variant: undefined,
    buffers: { state, trees: trees! },
  });
  trees![TreeWord.given] = accepted_nodes.length;
  trees!.set(accepted_nodes, TreeWord.path);
  const top = padded(parent.map((_up, node) => tops[String(node) as keyof typeof tops]));
  const { matrix: after } = await runKernel(gpu, runOf(learn), {
    params,
    constants: {},
    variant: undefined,
    buffers: { state: rows!, trees: trees!, top, matrix },
  });
  const got = recycling.matrix_before.map((_row, token) =>
    words(after!, 0, after!.length)
      .filter((_word, i) => i % 2 === 0)
      .slice(token * SUCCESSORS, token * SUCCESSORS + known)
      .map((word) => word - 1),
  );
  expect(got).toEqual(recycling.matrix_after_recommended);
});

test.each(Object.entries(templates.small_trees_for_webgpu).filter(([, { parent }]) => parent.length <= 64))(
  'the rows of the tree %s see its ancestors, at the positions of its depths',
  async (_name, { parent, depth, mask_u32_little_word_first: masks }) => {
    const nodes = parent.length;
    const layout = layoutOf(nodes);
    const trees = treeWords(1);
    setTree(trees, 0, { sequence: 0, position: 30, tokens: parent.map(() => 1), parents: parent });
    const { state } = await runKernel(gpu, runOf(plant), {
      params: { trees: 1, nodes },
      constants: {},
      variant: undefined,
      buffers: { state: stateOf(layout, 30, 1), trees },
    });
    parent.forEach((_up, node) => {
      const at = rowAt(layout, node);
      expect(state![at + Row.position]! - 30).toBe(depth[node]);
      const [low = 0, high = 0] = masks[node]!.map(Number);
      expect(words(state!, at + Row.ancestors, 2)).toEqual([low, high]);
    });
  },
);

import { describe, expect, test } from 'vitest';
import { checkTensors } from '../../../src/models/check-tensors.ts';
import { networks } from '../../../src/models/networks/index.ts';
import { tensorsOf, weightsOf } from '../../../src/models/network.ts';
import { readNetwork } from '../../../src/models/read-network.ts';
import { vector } from '../../../src/models/tensors.ts';
import { bytesSource } from '../../../src/weights/byte-source.ts';
import { parseGguf } from '../../../src/weights/gguf.ts';
import { tinyModel, type TinyModelOptions } from '../../support/tiny-model.ts';

const open = async (options: TinyModelOptions = {}) => parseGguf(bytesSource(tinyModel(options)));

describe('the table of networks', () => {
  test('each architecture is of one network', () => {
    const all = [...new Set(networks.values())].flatMap(({ architectures }) => architectures);
    expect(new Set(all).size).toBe(all.length);
    expect(networks.size).toBe(all.length);
  });

  test('an architecture that is not there is refused with those that are', async () => {
    const file = await open({ metadata: { 'general.architecture': 'jabberwock' } });
    expect(() => readNetwork(file)).toThrow(/"jabberwock" is not supported yet.*llama/);
  });
});

describe('the network of a file', () => {
  test('takes every tensor of it', async () => {
    const file = await open({ layers: 3, tied: false, ropeFreqs: true });
    expect([...tensorsOf(readNetwork(file)).keys()].toSorted()).toEqual([...file.tensors.keys()].toSorted());
  });

  test('reads a tied embedding as one matrix, multiplied; a separate one is looked up only', async () => {
    const rolesOf = async (tied: boolean) =>
      weightsOf(readNetwork(await open({ tied }))).flatMap((spec) =>
        spec.kind === 'matrix' && spec.join === 'sharded' ? [[spec.role, spec.tensors[0]!.name]] : [],
      );
    expect(await rolesOf(true)).toEqual([['lm-head', 'token_embd.weight']]);
    expect(await rolesOf(false)).toEqual([
      ['embedding', 'token_embd.weight'],
      ['lm-head', 'output.weight'],
    ]);
  });

  test('has one rope table for layers that rotate alike', async () => {
    const { ropeTables, config } = readNetwork(await open({ layers: 3 }));
    expect(ropeTables).toHaveLength(config.layers.length);
    expect(new Set(ropeTables).size).toBe(1);
  });

  test('is held to what its blocks declare: a tensor of no block is refused, a missing one named', async () => {
    const file = await open();
    const graph = readNetwork(file);
    expect(() => checkTensors(file, { ...graph, blocks: graph.blocks.slice(1, -1) })).toThrow(
      /no place in this network/,
    );
    const more = { weights: [vector('blk.0.ssm_a', 4)], encode: () => {} };
    expect(() => checkTensors(file, { ...graph, blocks: [...graph.blocks, more] })).toThrow(/no tensor "blk.0.ssm_a"/);
  });
});

import { expect, test } from 'vitest';
import { resolveMethods } from '../../../src/engine/memory/resolve-methods.ts';
import { sampled } from '../../../src/engine/plan/step-ends.ts';
import { plainKinds } from '../../../src/engine/plan/step-kinds.ts';
import { prepareRuntime } from '../../../src/engine/runtime.ts';
import { dryGpu } from '../../../src/gpu/dry-gpu.ts';
import { requestGpu } from '../../../src/gpu/request.ts';
import { siluMul } from '../../../src/kernels/elementwise/silu-mul.ts';
import { attentionBlock } from '../../../src/models/blocks/attention.ts';
import { embeddingBlock } from '../../../src/models/blocks/embedding.ts';
import { gatedMlp } from '../../../src/models/blocks/gated-mlp.ts';
import { lmHeadBlock } from '../../../src/models/blocks/lm-head.ts';
import { mlpBlock } from '../../../src/models/blocks/mlp.ts';
import { norm } from '../../../src/models/blocks/norm.ts';
import { ropeTables } from '../../../src/models/blocks/rope-tables.ts';
import { checkTensors } from '../../../src/models/check-tensors.ts';
import { inLayer, type Block, type NetworkGraph } from '../../../src/models/network.ts';
import { readConfig } from '../../../src/models/read-network.ts';
import type { Scratch } from '../../../src/models/step.ts';
import { matrix, vector } from '../../../src/models/tensors.ts';
import { bytesSource } from '../../../src/weights/byte-source.ts';
import { parseGguf } from '../../../src/weights/gguf.ts';
import { fakeProvider } from '../../support/fake-device.ts';
import { tinyModel } from '../../support/tiny-model.ts';

const HIDDEN = 64;
const decay = new Float32Array(HIDDEN).fill(0.5);

/** Stands for a running state: a vector of its own, a buffer of its own, a dispatch, and no keys or values. */
function stateBlock(prefix: string): Block {
  const rate = vector(`${prefix}ssm_a`, HIDDEN);
  const state: Scratch = { name: 'running state', floats: (rows) => rows * HIDDEN };
  return {
    weights: [rate],
    scratch: () => [state],
    encode({ recorder, activations, weights, shape }) {
      expect(weights.offset(rate)).toBeGreaterThanOrEqual(0);
      recorder.add(
        'layer.state',
        siluMul.call({
          params: { count: shape.rows * HIDDEN },
          constants: {},
          variant: undefined,
          bindings: { gate: activations.scratch(state), y: activations.hidden },
        }),
      );
    },
  };
}

/** Three layers, the middle one with a running state in place of attention. */
async function hybrid(): Promise<{ bytes: Uint8Array<ArrayBuffer>; graph: NetworkGraph }> {
  const whole = await parseGguf(bytesSource(tinyModel({ layers: 3 })));
  const none = Object.fromEntries(
    ['norm', 'q', 'k', 'v', 'output'].map((part) => [`blk.1.attn_${part}.weight`, undefined]),
  );
  const ssm = { type: 'F32', shape: [HIDDEN], bytes: new Uint8Array(decay.buffer) } as const;
  const bytes = tinyModel({ layers: 3, tensors: { ...none, 'blk.1.ssm_a': ssm } });
  const config = readConfig(whole);
  const layers = [config.layers[0]!, config.layers[2]!];
  const tables = ropeTables(layers);
  const epsilon = config.normEpsilon;
  const embedding = matrix('lm-head', 'token_embd.weight', HIDDEN, config.vocab, 'sharded');
  const mlp = (prefix: string, index: number) =>
    mlpBlock(gatedMlp({ prefix, index, hidden: HIDDEN, ffn: 96, epsilon }));
  const attention = (prefix: string, index: number) =>
    attentionBlock({ prefix, index, hidden: HIDDEN, layer: layers[index]!, ropeTable: tables[index]!, epsilon });
  const graph = {
    config: { ...config, layers },
    blocks: [
      embeddingBlock(embedding),
      ...inLayer(0, [attention('blk.0.', 0), mlp('blk.0.', 0)]),
      ...inLayer(1, [stateBlock('blk.1.'), mlp('blk.1.', 1)]),
      ...inLayer(2, [attention('blk.2.', 1), mlp('blk.2.', 1)]),
      lmHeadBlock(norm('output_norm.weight', HIDDEN, epsilon, layers.length), embedding),
    ],
    ropeTables: tables,
  };
  return { bytes, graph };
}

test('a layer without attention is a block: it brings its weights and buffer, and no cache sees it', async () => {
  const { bytes, graph } = await hybrid();
  const source = bytesSource(bytes);
  const gguf = await parseGguf(source);
  checkTensors(gguf, graph);
  const device = await requestGpu({ provider: fakeProvider({ vendor: 'nvidia', subgroups: [32, 32] }) });
  const { runtime } = await prepareRuntime(
    { source, gguf, graph, context: 256, kv: 'f16', autotune: false, onProgress: () => {} },
    device,
    dryGpu(device),
  );
  expect(runtime.config.depth).toBe(3);
  expect(runtime.caches.pool('f16').cache.pages).toHaveLength(2);
  expect(runtime.state.layout.layers).toBe(2);
  const request = { rows: 1, logitRows: 1, length: 5, end: sampled, kinds: plainKinds('f16') } as const;
  const { step } = runtime.plans.record(request, [resolveMethods({}, graph.config)]);
  const labels = (layer: number) => step.filter((dispatch) => dispatch.layer === layer).map(({ label }) => label);
  expect(labels(1)).toEqual(['layer.state', 'layer.gate-up', 'layer.down']);
  expect(labels(2)).toEqual(labels(0));
  expect(labels(2)).toContain('attention');
});

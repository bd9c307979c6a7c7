import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeEviction } from '../../src/cache/encode-eviction.ts';
import { h2o } from '../../src/cache/policies/h2o.ts';
import { keyformer } from '../../src/cache/policies/keyformer.ts';
import { snapKv } from '../../src/cache/policies/snap-kv.ts';
import { streamingLlm } from '../../src/cache/policies/streaming-llm.ts';
import { tova } from '../../src/cache/policies/tova.ts';
import type { EvictionPolicy } from '../../src/cache/policy.ts';
import type { Gpu } from '../../src/gpu/device.ts';
import { requestGpu } from '../../src/gpu/request.ts';
import { PlanRecorder, type Plan } from '../../src/gpu/plan.ts';
import { ropeTable } from '../../src/models/rope-table.ts';
import h2oGolden from '../golden/kv-h2o.json';
import keyformerGolden from '../golden/kv-keyformer.json';
import windowGolden from '../golden/kv-snapkv_tova_gemfilter.json';
import streamingGolden from '../golden/kv-streaming_llm_and_rerotation.json';
import type { ModelSlot } from '../../cases/reference/cache-model.ts';
import { CacheHarness, type HarnessShape } from '../support/cache-harness.ts';
import type { SlotWords } from '../../cases/support/cache-words.ts';
import { seededRandom } from '../../cases/support/seeded-random.ts';

/** The published cases: which tokens stay, given the scores; and how keys turn when their places change. */

let gpu: Gpu;
beforeAll(async () => {
  gpu = await requestGpu({ provider: navigator.gpu });
});
afterAll(() => gpu?.dispose());

const NUMBER = 1;
const ONE_HEAD = { kv: 'f32', kvHeads: 1, headDim: 8, sequences: 1, pages: 2 } as const;

async function withCut(
  shape: HarnessShape,
  policy: EvictionPolicy,
  use: (harness: CacheHarness, cut: Plan) => Promise<void>,
): Promise<void> {
  const harness = new CacheHarness(gpu, shape);
  const recorder = new PlanRecorder();
  encodeEviction(recorder, harness.layer, policy, harness.arrays, { number: NUMBER, joint: false });
  const plan = await recorder.build(gpu, `cut of ${policy.name}`);
  try {
    await use(harness, plan);
  } finally {
    plan.dispose();
    harness.dispose();
  }
}

const FLOAT = new DataView(new ArrayBuffer(4));
const bitsOf = (number: number): number => {
  FLOAT.setFloat32(0, number);
  return FLOAT.getUint32(0);
};
const numberOf = (bits: number): number => {
  FLOAT.setUint32(0, bits);
  return FLOAT.getFloat32(0);
};

/** A slot of an f32 cache with heads of 8. */
const slotOf = (
  place: number,
  mass = 0,
  key: readonly number[] = Array<number>(8).fill(place),
): ModelSlot<SlotWords> => ({
  place,
  mass,
  content: [...key, ...Array<number>(8).fill(-place)].map(bitsOf),
});

const placesOf = (harness: CacheHarness, head = 0): number[] => {
  const slots = harness.heads(0)[head]!;
  return slots.map(({ place }) => place).toSorted((a, b) => a - b);
};

/** Cuts after the prompt, then after every token, from the scores that the case gives. */
async function checkSteps(
  policy: EvictionPolicy,
  methods: { readonly budget: number; readonly recent: number },
  prompt: { readonly scores: readonly number[]; readonly kept: readonly number[] },
  steps: readonly { readonly token: number; readonly scores: readonly number[]; readonly kept: readonly number[] }[],
): Promise<void> {
  await withCut(ONE_HEAD, policy, async (harness, cut) => {
    harness.setMethods(0, { policy: NUMBER, every: 1, ...methods });
    harness.setHead(
      0,
      0,
      prompt.scores.map((score, place) => slotOf(place, score)),
    );
    await harness.run(cut);
    expect(placesOf(harness)).toEqual(prompt.kept);
    for (const { token, scores, kept } of steps) {
      // The case lists scores by position; slots lie as they came.
      const order = [...placesOf(harness), token];
      const slots = [...harness.heads(0)[0]!, slotOf(token)];
      harness.setHead(
        0,
        0,
        slots.map((slot) => ({ ...slot, mass: scores[order.indexOf(slot.place)]! })),
      );
      // oxlint-disable-next-line no-await-in-loop -- token after token
      await harness.run(cut);
      expect(placesOf(harness), `after token ${token}`).toEqual(kept);
    }
  });
}

test('kv-h2o.json: what stays after the prompt and after every token', async () => {
  const { params, prefill, decode } = h2oGolden;
  await checkSteps(
    h2o(),
    { budget: params.heavy + params.recent, recent: params.recent },
    { scores: prefill.score_per_kv_head, kept: prefill.kept_positions },
    decode.map(({ token, score_after_accumulate, kept_positions }) => ({
      token,
      scores: score_after_accumulate,
      kept: kept_positions,
    })),
  );
});

test('kv-keyformer.json: the recommended semantics', async () => {
  const { params, prefill, recommended_semantics } = keyformerGolden;
  const [first, ...steps] = recommended_semantics;
  await checkSteps(
    keyformer(),
    { budget: params.key_tokens + params.recent, recent: params.recent },
    { scores: prefill.accumulated_score, kept: first!.kept_positions },
    steps.map(({ attended_positions, accumulated, kept_positions }) => ({
      token: attended_positions!.at(-1)!,
      scores: accumulated!,
      kept: kept_positions,
    })),
  );
});

describe('kv-snapkv_tova_gemfilter.json', () => {
  const { params, snapkv, tova: tovaGolden } = windowGolden;
  const shape = { kv: 'f32', kvHeads: params.Hkv, headDim: 8, sequences: 1, pages: 1 } as const;
  const group = params.H / params.Hkv;
  const probabilities = snapkv['window_probs[head][row][key]'];
  /** Sums of rows of the window over the query heads of a KV head. */
  const massOf = (kvHead: number, key: number, rows: readonly number[]): number =>
    probabilities
      .slice(kvHead * group, (kvHead + 1) * group)
      .reduce((sum, head) => sum + rows.reduce((part, row) => part + head[row]![key]!, 0), 0);
  const fill = (harness: CacheHarness, rows: readonly number[]): void => {
    for (let head = 0; head < params.Hkv; head++)
      harness.setHead(
        0,
        head,
        Array.from({ length: 14 }, (_, key) => slotOf(key, massOf(head, key, rows))),
      );
  };

  test('SnapKV: the group decides together', async () => {
    const policy = snapKv({ window: params.window, pool: params.kernel });
    await withCut(shape, policy, async (harness, cut) => {
      harness.setMethods(0, {
        policy: NUMBER,
        budget: params.capacity,
        recent: params.window,
        own: policy,
      });
      fill(harness, [0, 1, 2]);
      await harness.run(cut);
      const kept = Array.from({ length: params.Hkv }, (_, head) => placesOf(harness, head));
      expect(kept).toEqual(snapkv['kept_per_kv_head(group mean, recommended)']);
    });
  });

  test('TOVA: one set for all heads', async () => {
    await withCut(shape, tova(), async (harness, cut) => {
      harness.setMethods(0, { policy: NUMBER, budget: params.capacity });
      fill(harness, [2]);
      await harness.run(cut);
      const kept = tovaGolden['kept_positions(shared by all heads of the layer)'];
      for (let head = 0; head < params.Hkv; head++) expect(placesOf(harness, head)).toEqual(kept);
    });
  });
});

describe('kv-streaming_llm_and_rerotation.json', () => {
  const { params, trace, rerotation } = streamingGolden;
  const pairs = 4;
  const frequencies = Array.from({ length: pairs }, (_, i) => params.rope_base ** (-i / pairs));
  const shape = { ...ONE_HEAD, turns: { table: ropeTable(frequencies, 1, 1024), pairs } };
  const policy = streamingLlm({ positions: 'rank' });
  /** The key rotated to a place, as RoPE on neighbouring elements does it. */
  const rotated = (key: readonly number[], place: number): number[] =>
    frequencies.flatMap((frequency, i) => {
      const [cos, sin] = [Math.cos(place * frequency), Math.sin(place * frequency)];
      return [key[2 * i]! * cos - key[2 * i + 1]! * sin, key[2 * i]! * sin + key[2 * i + 1]! * cos];
    });

  test('what is cached, and the places used', async () => {
    await withCut(shape, policy, async (harness, cut) => {
      harness.setMethods(0, {
        policy: NUMBER,
        budget: params.sink + params.recent,
        sinks: params.sink,
        every: 1,
        rank: true,
      });
      for (const step of trace) {
        const closed = harness.closed(0);
        expect(step.query_rope_position).toBe(step.token - closed);
        harness.setHead(0, 0, [...harness.heads(0)[0]!, slotOf(step.token - closed)]);
        const places = placesOf(harness);
        expect(places, `token ${step.token}`).toEqual(step.rope_positions_used);
        const original = places.map((place) => (place < params.sink ? place : place + closed));
        expect(original).toEqual(step.cached_original_positions_incl_self);
        // oxlint-disable-next-line no-await-in-loop -- token after token
        await harness.run(cut);
      }
    });
  });

  test('keys turn with their places', async () => {
    const { k_rotated_old: old, old_positions, new_positions } = rerotation;
    const turned = rerotation['k_rerotated(by new-old)'];
    // The case's halves are our neighbours.
    const paired = (key: readonly number[]): number[] =>
      Array.from({ length: pairs }, (_, i) => [key[i]!, key[i + pairs]!]).flat();
    await withCut(shape, policy, async (harness, cut) => {
      for (const [i, place] of old_positions.entries()) {
        const sinks = new_positions[i]!;
        harness.setMethods(0, { policy: NUMBER, sinks, rank: true });
        const before = Array.from({ length: sinks }, (_, sink) => slotOf(sink));
        harness.setHead(0, 0, [...before, slotOf(place, 0, paired(old[i]!))]);
        // oxlint-disable-next-line no-await-in-loop -- one cache
        await harness.run(cut);
        const slot = harness.heads(0)[0]!.at(-1)!;
        expect(slot.place).toBe(new_positions[i]);
        const want = paired(turned[i]!);
        // Numbers near 1, turned once in f32, and the case has 8 digits.
        slot.content.slice(0, 8).forEach((bits, element) => expect(numberOf(bits)).toBeCloseTo(want[element]!, 5));
      }
    });
  });

  test('after 400 tokens keys are still those of their places', async () => {
    const draw = seededRandom(3);
    const budget = 40;
    const plain = new Map<number, number[]>();
    await withCut(shape, policy, async (harness, cut) => {
      harness.setMethods(0, { policy: NUMBER, budget, sinks: params.sink, every: 3, rank: true });
      for (let token = 0; token < 400; token++) {
        const key = Array.from({ length: 2 * pairs }, () => draw.normal());
        plain.set(token, key);
        const place = token - harness.closed(0);
        harness.setHead(0, 0, [...harness.heads(0)[0]!, slotOf(place, 0, rotated(key, place))]);
        // oxlint-disable-next-line no-await-in-loop -- token after token
        await harness.run(cut);
      }
      const slots = harness.heads(0)[0]!;
      expect(placesOf(harness)).toEqual([...slots.keys()]);
      expect(slots.length).toBeLessThan(budget + 3);
      for (const { place, content } of slots) {
        const token = place < params.sink ? place : place + harness.closed(0);
        // Turned at most 14 times by angles known to 1e-7.
        rotated(plain.get(token)!, place).forEach((want, i) => expect(numberOf(content[i]!)).toBeCloseTo(want, 4));
      }
    });
  });
});

import { describe, expect, it } from 'vitest';
import {
  idsAgreement,
  peersTable,
  ratesOf,
  ratiosOver,
  type PeerRun,
  type PeersResult,
} from '../../../bench/peers/summary.ts';

const run = (round: number, tokens: number, prefillMs: number, decodeMs: number, decoded = 4): PeerRun => ({
  round,
  tokens,
  prefillMs,
  decoded,
  decodeMs,
  ids: [],
});

describe('rates', () => {
  it('count the prompt in prefill, and the tokens after the first in decode', () => {
    const { prefill, decode } = ratesOf([run(1, 128, 1000, 400), run(2, 128, 2000, 800), run(1, 512, 1000, 100)]);
    expect(prefill).toEqual([
      { tokens: 128, tokensPerSecond: { median: 96, min: 64, max: 128, runs: 2 } },
      { tokens: 512, tokensPerSecond: { median: 512, min: 512, max: 512, runs: 1 } },
    ]);
    expect(decode.map(({ history, tokensPerSecond }) => [history, tokensPerSecond.median])).toEqual([
      [128, 7.5],
      [512, 40],
    ]);
  });

  it('leave decode out where only one token was made', () => {
    expect(ratesOf([run(1, 8, 10, 0, 0)]).decode).toEqual([]);
  });
});

describe('ratios', () => {
  it('are taken within a round, so that a slow moment of the machine cancels', () => {
    const ours = [run(1, 128, 100, 100), run(2, 128, 1000, 1000)];
    const theirs = [run(1, 128, 200, 400), run(2, 128, 2000, 4000)];
    const { over, prefill, decode } = ratiosOver('peer', ours, theirs);
    expect(over).toBe('peer');
    expect(prefill).toEqual([{ tokens: 128, ratio: { median: 2, min: 2, max: 2, runs: 2 } }]);
    expect(decode).toEqual([{ history: 128, ratio: { median: 4, min: 4, max: 4, runs: 2 } }]);
  });

  it('are below 1 where the peer is faster', () => {
    expect(ratiosOver('peer', [run(1, 128, 400, 400)], [run(1, 128, 100, 100)]).decode[0]?.ratio.median).toBe(0.25);
  });

  it('use only rounds and prompts that both sides ran', () => {
    const ours = [run(1, 128, 100, 100), run(2, 128, 100, 100), run(1, 512, 100, 100)];
    const { prefill } = ratiosOver('peer', ours, [run(2, 128, 300, 100)]);
    expect(prefill).toEqual([{ tokens: 128, ratio: { median: 3, min: 3, max: 3, runs: 1 } }]);
  });
});

describe('agreement of ids', () => {
  it('counts up to the first that differs', () => {
    expect(idsAgreement([1, 2, 3, 4], [1, 2, 9, 4])).toEqual({ agree: 2, of: 4 });
    expect(idsAgreement([1, 2, 3], [1, 2])).toEqual({ agree: 2, of: 2 });
  });
});

describe('the table', () => {
  const ours = [run(1, 128, 2000, 1000)];
  const theirs = [run(1, 128, 1000, 4000)];
  const side = { version: '1.0', backend: 'webgpu', weights: 'some' } as const;
  const result: PeersResult = {
    format: 'winnow-peers',
    formatVersion: 1,
    date: '2026-01-01T00:00:00.000Z',
    environment: { adapter: 'an adapter', runtime: 'Node', platform: 'linux', versions: {} },
    settings: { model: 'm.gguf', prompts: [128], decodeTokens: 4, runs: 1, threads: 2 },
    sides: [
      { ...side, name: 'winnow', title: 'Winnow', ...ratesOf(ours) },
      { ...side, name: 'peer', title: 'Peer', ...ratesOf(theirs), idsAgree: { agree: 3, of: 5 } },
      { ...side, name: 'other', title: 'Other', problem: 'it would not start', prefill: [], decode: [] },
    ],
    ratios: [ratiosOver('peer', ours, theirs)],
  };
  const lines = peersTable(result).split('\n');

  it('shows a loss as it shows a win', () => {
    expect(lines.find((line) => line.startsWith('Peer'))).toMatch(/128; ours 0\.500x +1\.00; ours 4\.00x +3 of 5$/);
  });

  it('lists who could not run, and why', () => {
    expect(lines.find((line) => line.startsWith('Other 1.0'))).toMatch(/- +- +-$/);
    expect(lines.at(-1)).toBe('Other (webgpu): it would not start');
  });
});

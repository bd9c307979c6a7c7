/** What runs of several runtimes, made in turns, amount to: rates, ratios and a table. */

import { spread } from '../../src/bench/statistics.ts';
import type { Spread } from '../../src/bench/bench-result.ts';

/** One generation of one side. */
export interface PeerRun {
  readonly round: number;
  /** Tokens of the prompt. */
  readonly tokens: number;
  /** From the call until the first new token is known to the program. */
  readonly prefillMs: number;
  /** New tokens after the first, and the time from the first to the last of them. */
  readonly decoded: number;
  readonly decodeMs: number;
  /** New ids, the first one included; of a runtime that gives text, the ids of its text. */
  readonly ids: readonly number[];
}

export interface PeerRates {
  readonly prefill: readonly { readonly tokens: number; readonly tokensPerSecond: Spread }[];
  readonly decode: readonly { readonly history: number; readonly tokensPerSecond: Spread }[];
}

/** How many of `of` greedy ids are the same as ours before the first that differs. */
export interface IdsAgree {
  readonly agree: number;
  readonly of: number;
}

export interface PeerSide extends PeerRates {
  readonly name: string;
  readonly title: string;
  readonly version: string;
  readonly backend: 'webgpu' | 'wasm' | 'cpu' | 'vulkan';
  readonly weights: string;
  /** As the runtime itself names it, where it does. */
  readonly adapter?: string;
  readonly notes?: string;
  /** After the shortest prompt. */
  readonly idsAgree?: IdsAgree;
  /** Why it could not run, or not to the end. */
  readonly problem?: string;
}

/** Our rate over a peer's, taken within each round: above 1 we are faster. */
export interface PeerRatio {
  readonly over: string;
  readonly prefill: readonly { readonly tokens: number; readonly ratio: Spread }[];
  readonly decode: readonly { readonly history: number; readonly ratio: Spread }[];
}

export interface PeersResult {
  readonly format: 'winnow-peers';
  readonly formatVersion: 1;
  readonly date: string;
  readonly environment: {
    readonly adapter: string;
    readonly runtime: string;
    readonly platform: string;
    readonly versions: Readonly<Record<string, string>>;
  };
  readonly settings: {
    readonly model: string;
    readonly prompts: readonly number[];
    readonly decodeTokens: number;
    readonly runs: number;
    readonly threads: number;
  };
  readonly sides: readonly PeerSide[];
  readonly ratios: readonly PeerRatio[];
}

const lengths = (runs: readonly PeerRun[]): number[] =>
  [...new Set(runs.map(({ tokens }) => tokens))].toSorted((a, b) => a - b);

const prefillRate = ({ tokens, prefillMs }: PeerRun): number => (1000 * tokens) / prefillMs;

/** The first new token belongs to the prompt. */
const decodeRate = ({ decoded, decodeMs }: PeerRun): number => (1000 * decoded) / decodeMs;

/** Rates by length of the prompt; a run that decoded nothing has no decode rate. */
export function ratesOf(runs: readonly PeerRun[]): PeerRates {
  return {
    prefill: lengths(runs).map((tokens) => ({
      tokens,
      tokensPerSecond: spread(runs.filter((run) => run.tokens === tokens).map(prefillRate)),
    })),
    decode: lengths(runs).flatMap((history) => {
      const rates = runs.filter(({ tokens, decoded }) => tokens === history && decoded > 0).map(decodeRate);
      return rates.length > 0 ? [{ history, tokensPerSecond: spread(rates) }] : [];
    }),
  };
}

/** Ratios over a peer, from rounds in which both sides ran the prompt. */
export function ratiosOver(over: string, ours: readonly PeerRun[], theirs: readonly PeerRun[]): PeerRatio {
  const pairs = ours.flatMap((our) => {
    const their = theirs.find(({ round, tokens }) => round === our.round && tokens === our.tokens);
    return their ? [{ our, their }] : [];
  });
  const shared = lengths(pairs.map(({ our }) => our));
  const of = (tokens: number): typeof pairs => pairs.filter(({ our }) => our.tokens === tokens);
  return {
    over,
    prefill: shared.map((tokens) => ({
      tokens,
      ratio: spread(of(tokens).map(({ our, their }) => prefillRate(our) / prefillRate(their))),
    })),
    decode: shared.flatMap((history) => {
      const both = of(history).filter(({ our, their }) => our.decoded > 0 && their.decoded > 0);
      if (both.length === 0) return [];
      return [{ history, ratio: spread(both.map(({ our, their }) => decodeRate(our) / decodeRate(their))) }];
    }),
  };
}

/** How far two greedy sequences go together. */
export function idsAgreement(ours: readonly number[], theirs: readonly number[]): IdsAgree {
  const of = Math.min(ours.length, theirs.length);
  let agree = 0;
  while (agree < of && ours[agree] === theirs[agree]) agree++;
  return { agree, of };
}

const number = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));

function spreadText({ median, min, max, runs }: Spread): string {
  return runs > 1 ? `${number(median)} (${number(min)} to ${number(max)})` : number(median);
}

/** The result as text: a row for each side, tokens per second, and how many times faster we are. */
export function peersTable({ environment, settings, sides, ratios }: PeersResult): string {
  const header = [
    'side',
    ...settings.prompts.map((tokens) => `prefill ${tokens}`),
    ...settings.prompts.map((tokens) => `decode after ${tokens}`),
    'same ids',
  ];
  const rows = sides.map((side) => {
    const ratio = ratios.find(({ over }) => over === side.name);
    const cell = (rate: Spread | undefined, times: Spread | undefined): string => {
      if (!rate) return '-';
      return times ? `${spreadText(rate)}; ours ${number(times.median)}x` : spreadText(rate);
    };
    return [
      `${side.title} ${side.version} (${side.backend})`,
      ...settings.prompts.map((length) =>
        cell(
          side.prefill.find(({ tokens }) => tokens === length)?.tokensPerSecond,
          ratio?.prefill.find(({ tokens }) => tokens === length)?.ratio,
        ),
      ),
      ...settings.prompts.map((length) =>
        cell(
          side.decode.find(({ history }) => history === length)?.tokensPerSecond,
          ratio?.decode.find(({ history }) => history === length)?.ratio,
        ),
      ),
      side.idsAgree ? `${side.idsAgree.agree} of ${side.idsAgree.of}` : '-',
    ];
  });
  const widths = header.map((_, column) => Math.max(...[header, ...rows].map((row) => row[column]?.length ?? 0)));
  const lines = [header, ...rows].map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const problems = sides.flatMap(({ title, backend, problem }) =>
    problem ? [`${title} (${backend}): ${problem}`] : [],
  );
  return [
    `${settings.model} on ${environment.adapter}, ${environment.runtime}; tokens per second`,
    ...lines,
    ...problems,
  ].join('\n');
}

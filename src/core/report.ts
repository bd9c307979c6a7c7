/** What really ran: the answer of `report()`. */

import type { KvType } from './kv-types.ts';

/** What a token was drafted by: 'matrix', the successors that tokens had before; 'history', what followed in the text before. */
export type DraftSourceName = 'matrix' | 'history';

/** What became of drafts. A step gives one token of its own, and those drafts that came true. */
export interface SpeculationReport {
  /** What drafted, as text; 'none' = nothing. */
  readonly source: string;
  /** Steps behind the prompt's, and tokens that each gave on average; 1 without drafts. */
  readonly steps: number;
  readonly tokensPerStep: number;
  /** Tokens that were drafted, and those of them that came true. */
  readonly proposed: number;
  readonly accepted: number;
  /** In how many steps at least one draft came true, at least two in a row, and so on. */
  readonly byDepth: readonly number[];
  /** The accepted ones by what drafted them. */
  readonly bySource: Readonly<Partial<Record<DraftSourceName, number>>>;
  /** Whether the tokens are those of plain decoding. */
  readonly lossless: boolean;
  /** Why nothing was drafted, or nothing is drafted any more, although the conversation is to. */
  readonly why?: string;
}

export interface AdapterReport {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
  readonly features: readonly string[];
}

/** How the shapes of the matrix kernels were chosen. */
export interface TuningReport {
  /**
   * 'table': this kind of adapter has stored shapes; 'off': the option autotune is false; 'kept': measured in an earlier
   * load; 'measured': in this one.
   */
  readonly source: 'table' | 'off' | 'kept' | 'measured';
  readonly milliseconds: number;
  /** False when the time was up before every candidate had its turn; the rest have their turn at the next load. */
  readonly complete: boolean;
  readonly choices: readonly {
    /** 'gate-up 3072x576 Q4_1'. */
    readonly shape: string;
    readonly kernels: string;
    /** Candidates that were timed in this load. */
    readonly tried: number;
    /** How many times faster than the unmeasured default. */
    readonly gain: number;
  }[];
}

/** A conversation that holds some of the cache. Slots are those of a KV head, on average over the layers. */
export interface ConversationReport {
  /** Its methods as text; 'none' where all is kept and all is read. */
  readonly cache: string;
  readonly attention: { readonly prefill: string; readonly decode: string };
  readonly kv: KvType;
  /** What became of the drafts of its answers. */
  readonly speculation: SpeculationReport;
  /** Tokens computed, and slots that are still there. */
  readonly tokens: number;
  readonly slotsKept: number;
  readonly slotsEvicted: number;
  /** Most slots that a decoding row reads where a selection chooses them. */
  readonly slotsSelected: number | undefined;
  /** Of the pages it holds, now and at most. */
  readonly bytes: number;
  readonly peakBytes: number;
  /** How often slots were evicted, and after how many tokens last. */
  readonly cuts: number;
  readonly lastCutAt: number | undefined;
  /** How often it was computed again from the start, because what was evicted was wanted back. */
  readonly restarts: number;
  /** Whether it was disposed since, and its memory given back. */
  readonly disposed: boolean;
}

/** Keys or values of a KV head that caches of kv 'f16' hold times 2^exponent, because halves would cut them off or round them away. */
export interface ScaledRange {
  readonly layer: number;
  readonly kvHead: number;
  readonly what: 'keys' | 'values';
  readonly exponent: number;
}

/** An answer or a score that ended because numbers were NaN, infinite or too large for the cache. */
export interface EndedRange {
  readonly what: 'logits' | 'cache';
  /** Of the cache: the first layer, and how many pairs of elements of queries, keys and values in all layers. */
  readonly layer?: number;
  readonly pairs?: number;
}

/** What really ran. */
export interface Report {
  readonly version: string;
  readonly adapter: AdapterReport;
  readonly featuresUsed: readonly string[];
  readonly featuresDisabled: readonly string[];
  readonly model: {
    readonly name: string;
    readonly architecture: string;
    readonly layers: number;
    readonly context: number;
    readonly fileBytes: number;
  };
  readonly precision: {
    readonly weights: Readonly<Record<string, number>>;
    /** Of prompts; single tokens are computed in f32. */
    readonly activations: 'f32' | 'f16' | 'int8';
    readonly cache: KvType;
  };
  /** Kernel name -> variant in words, for every pipeline that was used. */
  readonly kernels: Readonly<Record<string, string>>;
  readonly bytes: {
    readonly weights: number;
    readonly cache: number;
    readonly activations: number;
    readonly total: number;
    readonly peak: number;
  };
  readonly buffers: number;
  readonly perToken: {
    readonly dispatches: number;
    readonly dispatchesPerLayer: number;
    readonly bindGroupsCreated: number;
    readonly buffersCreated: number;
    readonly bytesWritten: number;
  };
  readonly cache: {
    readonly pages: number;
    readonly pageSlots: number;
    readonly slotsUsed: number;
    readonly capacity: number;
    readonly growths: number;
    /** How often memory was given back after a long prompt was cut. */
    readonly shrinks: number;
    readonly peakBytes: number;
  };
  /** What the methods did in the conversations that hold some of the cache, after those of the last eight that were disposed. */
  readonly conversations: readonly ConversationReport[];
  readonly steps: {
    readonly prefill: number;
    readonly decode: number;
    readonly rolledBack: number;
    readonly maxInFlight: number;
  };
  /** Numbers that halves do not hold as they are, and what ended because numbers went out of range; both mostly empty. */
  readonly range: { readonly scaled: readonly ScaledRange[]; readonly ended: readonly EndedRange[] };
  readonly load: { readonly milliseconds: number; readonly repackedTensors: number };
  readonly tuning: TuningReport;
  /** Kernels compared with the CPU before their first use, and what that took; one that was wrong is among the fallbacks. */
  readonly selfTest: {
    readonly kernels: number;
    readonly milliseconds: number;
    /** Kernels in use that were not compared, each with the reason. */
    readonly notCompared: readonly string[];
  };
  /** Every fallback that was taken, and why. */
  readonly fallbacks: readonly string[];
}

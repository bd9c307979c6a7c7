import type { EmbedOptions, EmbedResult } from '../../core/api.ts';
import { MemoryError, throwIfAborted } from '../../core/errors.ts';
import { Readback } from '../../gpu/readback.ts';
import { Throttle } from '../../gpu/throttle.ts';
import { FAULT_WORDS, readFaults } from '../../kernels/faults.ts';
import type { Pooling } from '../../models/model-config.ts';
import { GENERATE_DEFAULTS, packSequence } from '../../sampling/settings.ts';
import { Lease } from '../memory/lease.ts';
import type { SequenceMethods } from '../memory/sequence-methods.ts';
import { rowBucket } from '../plan/plans.ts';
import { embedded } from '../plan/step-ends.ts';
import type { Runtime } from '../runtime.ts';
import type { SequencePart } from '../step/steps.ts';

/** Texts that share a step at most: places in the step state are for conversations too. */
const MOST_TEXTS = 32;

/** A text, and what is known of its states so far. */
class Pooled {
  readonly ids: readonly number[];
  readonly #first: Float32Array;
  readonly #sum: Float64Array;
  #last: Float32Array;
  #rows = 0;

  constructor(ids: readonly number[], hidden: number) {
    this.ids = ids;
    this.#first = new Float32Array(hidden);
    this.#last = this.#first;
    this.#sum = new Float64Array(hidden);
  }

  /** Takes the states of its next rows, [rows, hidden]. */
  add(states: Float32Array): void {
    const hidden = this.#sum.length;
    if (this.#rows === 0) this.#first.set(states.subarray(0, hidden));
    for (let i = 0; i < states.length; i++) this.#sum[i % hidden]! += states[i]!;
    this.#last = states.slice(states.length - hidden);
    this.#rows += states.length / hidden;
  }

  vector(pooling: Pooling): Float64Array {
    if (pooling === 'mean') return this.#sum.map((sum) => sum / this.#rows);
    return Float64Array.from(pooling === 'cls' ? this.#first : this.#last);
  }
}

/**
 * Embeddings of texts, as ids with their beginning and end, several in a step where they fit. Nothing else runs beside a step of it.
 * @throws NumberError where numbers went out of range; MemoryError 'context-overflow' for a text that is longer than an encoder can see at once, or than the context
 */
export async function embed(
  runtime: Runtime,
  texts: readonly (readonly number[])[],
  { pooling = poolingOf(runtime), normalize = true, dimensions, signal }: EmbedOptions,
): Promise<EmbedResult> {
  const { hidden } = runtime.config;
  const pooled = texts.map((ids) => new Pooled(ids, hidden));
  for (const group of groupsOf(runtime, pooled)) {
    throwIfAborted(signal);
    // oxlint-disable-next-line no-await-in-loop -- one step after the other
    await runtime.scheduler.exclusive(() => feedGroup(runtime, group, signal));
  }
  const length = dimensions ?? hidden;
  return {
    embeddings: pooled.map((one) => finished(one.vector(pooling).subarray(0, length), normalize)),
    dimensions: length,
    tokens: texts.reduce((sum, { length: ids }) => sum + ids, 0),
  };
}

/** As the file says, else the mean of an encoder, the last token of a decoder. */
const poolingOf = ({ config }: Runtime): Pooling => config.pooling ?? (config.head === 'none' ? 'mean' : 'last');

function finished(vector: Float64Array, normalize: boolean): number[] {
  const norm = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  return Array.from(vector, (value) => (normalize && norm > 0 ? value / norm : value));
}

/** Texts in their order, as many as a step has rows for; one that is longer goes alone. */
function groupsOf({ state, config, context }: Runtime, texts: readonly Pooled[]): Pooled[][] {
  const { maxRows } = state.layout;
  const longest = config.head === 'none' ? Math.min(maxRows, context) : context;
  const groups: Pooled[][] = [];
  let rows = Infinity;
  for (const [i, text] of texts.entries()) {
    const { length } = text.ids;
    if (length > longest)
      throw new MemoryError({
        code: 'context-overflow',
        happened: `Text ${i} has ${length} tokens.`,
        expected: `At most ${longest} can be read of one text here.`,
        todo: 'Cut the text, or create the engine with a larger context.',
      });
    if (rows + length > maxRows || groups.at(-1)!.length >= MOST_TEXTS) {
      groups.push([]);
      rows = 0;
    }
    groups.at(-1)!.push(text);
    rows += length;
  }
  return groups;
}

/** Reads the texts of a group in one step, or a single long one in several. */
async function feedGroup(runtime: Runtime, texts: readonly Pooled[], signal: AbortSignal | undefined): Promise<void> {
  const { steps, sequences, state, config, gpu, graph, activations, faults } = runtime;
  // Nothing of it stays: an encoder's keys and values are kept as they are computed.
  const methods: SequenceMethods = {
    kv: config.head === 'none' ? 'f32' : runtime.kv,
    cache: undefined,
    select: undefined,
    prefillMask: undefined,
    decodeMask: undefined,
  };
  const { maxRows } = state.layout;
  const longest = Math.max(...texts.map(({ ids }) => ids.length));
  const rows = Math.min(
    maxRows,
    texts.reduce((sum, { ids }) => sum + ids.length, 0),
  );
  const rowBytes = config.hidden * 4;
  const noted = activations.faults;
  const readback = new Readback(gpu, rows * rowBytes + noted.byteLength, 1);
  const throttle = new Throttle();
  const record = packSequence({ ...GENERATE_DEFAULTS, seed: 0 }, { remaining: 1, stopIds: [], ignoreEos: true });
  const leases = texts.map(() => new Lease(methods, config));
  const { buffer } = activations[graph.states ?? 'normed'];
  try {
    for (const lease of leases) {
      // oxlint-disable-next-line no-await-in-loop -- places are given one after the other
      await steps.begin(lease);
    }
    for (let from = 0; from < longest; from += maxRows) {
      throwIfAborted(signal);
      const parts = texts.map(({ ids }, i): SequencePart => {
        const tokens = ids.slice(from, from + maxRows);
        return {
          lease: leases[i]!,
          methods,
          span: { promptEnd: ids.length, maxTokens: 1 },
          phase: 'prompt',
          rows: tokens.length,
          given: { tokens, logits: tokens.map(() => false), record },
        };
      });
      const count = parts.reduce((sum, part) => sum + part.rows, 0);
      /* oxlint-disable no-await-in-loop -- chunks follow each other through one cache */
      for (const { lease, rows: more } of parts) await steps.reserve(lease, more, 'never');
      const step = await steps.prepare({ parts, steps: 1, end: embedded });
      const words = await steps.submit(step, {
        readback,
        throttle,
        units: rowBucket(count),
        more: [
          [buffer, 0, count * rowBytes],
          [noted.buffer, 0, noted.byteLength],
        ],
      });
      const states = new Float32Array(words.buffer, 0, (count * rowBytes) / 4);
      const faultWords = words.subarray((count * rowBytes) / 4);
      let at = 0;
      for (const [i, part] of parts.entries()) {
        steps.commit(part, part.rows);
        const own = states.subarray(at, at + part.rows * config.hidden);
        const fault = readFaults(faultWords.subarray(part.lease.sequence! * FAULT_WORDS));
        if (fault || !own.every((value) => Number.isFinite(value))) throw await faults.errorOf(part.lease);
        texts[i]!.add(own);
        at += part.rows * config.hidden;
      }
      /* oxlint-enable no-await-in-loop */
    }
  } finally {
    readback.dispose();
    for (const lease of leases) sequences.release(lease);
  }
}

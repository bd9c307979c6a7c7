import { advance } from '../../src/kernels/decoding/advance.ts';
import { FAULT_WORDS, FaultWord } from '../../src/kernels/faults.ts';
import { OUTPUT_NO_NUMBER, OUTPUT_OUT_OF_RANGE, OUTPUT_WORDS, outputAt } from '../../src/kernels/sampling/outputs.ts';
import {
  HeaderWord,
  LOGIT_ROW_WORDS,
  NO_PARENT,
  NO_TARGET,
  ROW_DECODE,
  ROW_VALID,
  rowAt,
  rowListAt,
  SEQUENCE_DONE,
  SEQUENCE_WORDS,
  SequenceWord,
  spanAt,
} from '../../src/kernels/step-layout.ts';
import { CHAT_DEFAULTS, packSequence } from '../../src/sampling/settings.ts';
import { kernelCase } from '../support/kernel-case.ts';
import { smallLayout, stepWords, type StepRow } from '../support/step-words.ts';

interface Shape {
  readonly nodes: number;
  readonly ring?: number;
}

const RING = 4;
const STEP = 6;
const EOS = 2;

/** What verification gave to each sequence, in the order of its trees; `remaining` is before the step. */
const SEQUENCES = [
  { sequence: 2, given: [50, 51], remaining: 9 },
  { sequence: 0, given: [52], remaining: 9 },
  { sequence: 4, given: [53, 54], remaining: 2 },
  { sequence: 1, given: [55, EOS], remaining: 9 },
  { sequence: 3, given: [], remaining: 4 },
  { sequence: 5, given: [EOS, EOS], remaining: 9, ignoreEos: true },
  { sequence: 6, given: [], remaining: 9, fault: OUTPUT_NO_NUMBER },
  { sequence: 7, given: [56, 57], remaining: 9, fault: OUTPUT_OUT_OF_RANGE },
] as const;
const ROOT = 100;

const layoutOf = ({ nodes }: Shape) =>
  smallLayout({ maxRows: nodes * SEQUENCES.length, maxLogitRows: nodes * SEQUENCES.length });

/** A step of draft trees: more logit rows than sequences, of which the next step's rows take the first. */
export const advanceTreesCase = kernelCase(advance, {
  shapes: [{ nodes: 2 }, { nodes: 5 }, { nodes: 16 }] as readonly Shape[],
  bench: [] as readonly Shape[],
  build(shape, random) {
    const { nodes, ring = RING } = shape;
    const layout = layoutOf(shape);
    const sequences = Array.from({ length: SEQUENCES.length }, () => new Uint32Array(SEQUENCE_WORDS));
    const spans = Array<number>(layout.maxSequences).fill(0);
    const rows: StepRow[] = [];
    const outputs = new Uint32Array(ring * layout.maxLogitRows * OUTPUT_WORDS).fill(77);
    SEQUENCES.forEach(({ sequence, given, remaining, ...rest }, i) => {
      const ignoreEos = 'ignoreEos' in rest;
      const words = packSequence({ ...CHAT_DEFAULTS, seed: 5 }, { remaining, stopIds: [99, EOS], ignoreEos });
      if (given.length === 0 && !('fault' in rest)) words[SequenceWord.flags]! |= SEQUENCE_DONE;
      sequences[sequence] = words;
      spans[sequence] = given.length;
      for (let ordinal = 0; ordinal < nodes; ordinal++)
        rows.push({
          sequence,
          position: ROOT + 10 * i + ordinal,
          ordinal,
          token: 60,
          valid: given.length > 0 || 'fault' in rest,
        });
      outputs.set([given.length, ...given], outputAt(STEP, i * nodes, ring, layout.maxLogitRows));
    });
    const logitRows = rows.map((_row, i) => i);
    const state = stepWords({ layout, rows, logitRows, sequences, spans, step: STEP });
    const faults = new Uint32Array(SEQUENCES.length * FAULT_WORDS);
    for (const { sequence, ...rest } of SEQUENCES)
      if ('fault' in rest && rest.fault === OUTPUT_OUT_OF_RANGE) faults[sequence * FAULT_WORDS + FaultWord.pairs] = 3;
    for (let i = layout.lengthsAt; i < layout.words; i++) state[i] = random.below(500);
    return {
      params: { nodes },
      constants: { RING: ring, SAMPLED: true, TREES: true },
      variant: undefined,
      buffers: { state, faults, outputs },
    };
  },
  reference({ buffers }, shape) {
    const { nodes, ring = RING } = shape;
    const layout = layoutOf(shape);
    const state = Uint32Array.from(buffers.state as Uint32Array);
    const outputs = Uint32Array.from(buffers.outputs as Uint32Array);
    SEQUENCES.forEach(({ sequence, given, remaining, ...rest }, i) => {
      for (let at = 0; at < layout.layers * layout.kvStride; at++)
        state[layout.lengthsAt + sequence * layout.layers * layout.kvStride + at]! += given.length;
      const record = layout.sequencesAt + sequence * SEQUENCE_WORDS;
      const fault = 'fault' in rest ? rest.fault : 0;
      const last = fault === 0 ? given.at(-1) : undefined;
      const ends = remaining === given.length || (last === EOS && !('ignoreEos' in rest));
      const goesOn = last !== undefined && !ends;
      if (fault === 0) state[record + SequenceWord.remaining] = remaining - given.length;
      // The reason stands in place of the count that verification has written.
      if (fault !== 0) outputs[outputAt(STEP, i * nodes, ring, layout.maxLogitRows)] = fault;
      if (ends || fault !== 0) state[record + SequenceWord.flags]! |= SEQUENCE_DONE;
      state[spanAt(layout, sequence)] = 0;
      if (goesOn) state.set([1, i], spanAt(layout, sequence));
      const position = ROOT + 10 * i + (goesOn ? given.length : 0);
      const flags = goesOn ? ROW_VALID | ROW_DECODE : 0;
      state.set([sequence, position, 0, goesOn ? last : 0, NO_PARENT, flags], rowAt(layout, i));
      state.set([i, sequence, position, NO_TARGET], layout.logitRowsAt + i * LOGIT_ROW_WORDS);
    });
    state[HeaderWord.step]!++;
    state[HeaderWord.logitRows] = SEQUENCES.length;
    state[rowListAt(layout)] = SEQUENCES.length;
    return { state, outputs };
  },
  // Whole numbers.
  tolerance: 0,
  probe: ({ RING: ring, TREES }): Shape | undefined => (TREES === true ? { nodes: 5, ring: Number(ring) } : undefined),
});

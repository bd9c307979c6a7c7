import type { AttentionBackend } from '../../attention/backend.ts';
import type { ListedAttention } from '../../attention/listed.ts';
import { CapabilityError } from '../../core/errors.ts';
import { pipelineKey } from '../../gpu/compile.ts';
import type { Gpu } from '../../gpu/device.ts';
import type { PlanRecorder, RecordedDispatch } from '../../gpu/plan.ts';
import { tunedVariant, type TunedMatrix } from '../../kernels/linear/tuned-matrix.ts';
import { describeVariant, matmulCandidates, plainVariant } from '../../kernels/linear/tuning.ts';
import { fitTile, type LinearIncludes, type LinearVariant } from '../../kernels/linear/variant.ts';
import type { Matrix } from '../../kernels/weights/format.ts';
import { variantWords } from '../../kernels/variant-words.ts';
import type { ModelConfig } from '../../models/model-config.ts';
import type { ByteSource } from '../../weights/byte-source.ts';
import type { PlannedMatrix } from '../load/weight-plan.ts';
import { checkByCase } from './case-check.ts';
import { EXPERTS_KERNELS, expertsProbe } from './experts-probe.ts';
import { LINEAR_KERNELS, linearProbe } from './linear-probe.ts';
import { runProbes } from './probe.ts';

export interface KernelSetParts {
  readonly gpu: Gpu;
  readonly source: ByteSource;
  readonly config: ModelConfig;
  /** What each matrix was made of. */
  readonly planned: ReadonlyMap<Matrix, PlannedMatrix>;
  /** Ways to attend, the preferred one first. */
  readonly attention: readonly AttentionBackend[];
  /** Attention to listed slots, in the same order. */
  readonly listed: readonly ListedAttention[];
  readonly onFallback: (reason: string) => void;
}

/** The pipeline of a recorded dispatch that was not compared yet. */
interface Open {
  readonly key: string;
  readonly recorded: RecordedDispatch;
}

/**
 * The kernels of an engine. Each is compared with the CPU before a plan uses it, since browsers, drivers and translators
 * have computed wrongly without an error: those that multiply with matrices on the model's own weights, the others on the
 * inputs of their cases. What is wrong is replaced by a plainer kernel and reported; what cannot be replaced is refused.
 */
export class KernelSet {
  /** Pipelines that were compared, and the time that took. */
  checked = 0;
  milliseconds = 0;
  readonly #parts: KernelSetParts;
  /** Keys of the pipelines that were compared, or cannot be. */
  readonly #proven = new Set<string>();
  readonly #unproven = new Map<string, string>();
  readonly #broken = new Set<string>();
  readonly #matrices: ReadonlyMap<unknown, Matrix>;
  #attention = 0;
  /** One at a time: a second plan of the same kind waits for the first one's verdict. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(parts: KernelSetParts) {
    this.#parts = parts;
    this.#matrices = new Map([...parts.planned.keys()].map((matrix) => [matrix.codes, matrix]));
  }

  /** The kernel shape for so many rows of this matrix: the tuned one, unless it computes wrongly here. */
  readonly variantOf = (tuned: TunedMatrix, rows: number): LinearVariant => {
    const variant = this.#rangedVariant(tuned, rows);
    return this.#broken.has(linearName(tuned, variant)) ? plainVariant(tuned, variant.columns) : variant;
  };

  /** The tuned shape, in f32 where it multiplies halves that do not hold the matrix's numbers. */
  #rangedVariant(tuned: TunedMatrix, rows: number): LinearVariant {
    const { matrix, role } = tuned;
    const variant = tunedVariant(tuned, rows);
    if (variant.activations !== 'f16' || matrix.halves?.fits !== false) return variant;
    const [plain] = matmulCandidates(this.#parts.gpu, { ...matrix, role });
    return fitTile(plain!, matrix.outputs, rows, role === 'lm-head');
  }

  get attention(): AttentionBackend {
    return this.#parts.attention[this.#attention]!;
  }

  get listed(): ListedAttention {
    return this.#parts.listed[this.#attention]!;
  }

  /** Pipelines in use that nothing was compared with, each with the reason. */
  get notCompared(): readonly string[] {
    return [...this.#unproven.values()];
  }

  /**
   * Records a plan, and compares whatever it uses and has not been compared yet.
   * @param record records the plan with the kernels of this set; called again after one was replaced
   * @returns what was recorded last
   * @throws CapabilityError 'kernel-wrong' when a kernel is wrong and has no replacement.
   */
  prove(record: () => PlanRecorder): Promise<PlanRecorder> {
    const proving = this.#last.catch(() => {}).then(() => this.#prove(record));
    this.#last = proving;
    return proving;
  }

  async #prove(record: () => PlanRecorder): Promise<PlanRecorder> {
    const started = performance.now();
    for (;;) {
      const recorder = record();
      const open = this.#openIn(recorder);
      if (open.length === 0) {
        this.milliseconds += performance.now() - started;
        return recorder;
      }
      // oxlint-disable no-await-in-loop -- a second turn compares the replacements
      await this.#compareLinear(open.filter(({ recorded }) => LINEAR_KERNELS.has(recorded.dispatch.kernel)));
      for (const one of open)
        if (!LINEAR_KERNELS.has(one.recorded.dispatch.kernel) && !(await this.#compareByCase(one))) break;
      // oxlint-enable no-await-in-loop
    }
  }

  /** Every pipeline of the plan that was not compared, each once. */
  #openIn({ dispatches }: PlanRecorder): Open[] {
    const open = new Map<string, Open>();
    for (const recorded of dispatches) {
      const key = pipelineKey(recorded.dispatch.request);
      if (!this.#proven.has(key) && !open.has(key)) open.set(key, { key, recorded });
    }
    return [...open.values()];
  }

  /** Compares kernels that multiply with matrices of the model, in one submit. */
  async #compareLinear(open: readonly Open[]): Promise<void> {
    if (open.length === 0) return;
    const { gpu, source, config, planned } = this.#parts;
    const uses = open.map(({ key, recorded: { dispatch } }) => {
      const matrix = this.#matrices.get(dispatch.bindings[0])!;
      const plan = planned.get(matrix)!;
      const { shape } = dispatch.call.variant as LinearIncludes;
      const name = linearName({ matrix, role: plan.role }, shape);
      const isPlain = describeVariant(shape) === describeVariant(plainVariant(plan, shape.columns));
      const probeOf = EXPERTS_KERNELS.has(dispatch.kernel) ? expertsProbe : linearProbe;
      const probe = probeOf({ gpu, source, config, name }, { dispatch, matrix, planned: plan });
      return { key, name, isPlain, probe };
    });
    try {
      const problems = await runProbes(
        gpu,
        uses.map(({ probe }) => probe),
      );
      for (const [i, problem] of problems.entries()) {
        const { key, name, isPlain } = uses[i]!;
        this.checked++;
        if (problem === undefined) this.#proven.add(key);
        else if (isPlain) throw wrong(name, problem);
        else {
          this.#broken.add(name);
          this.#report(name, problem);
        }
      }
    } finally {
      for (const { probe } of uses) probe.dispose();
    }
  }

  /** Compares a kernel on inputs of its case. False when it was replaced: what else was recorded may be gone with it. */
  async #compareByCase({ key, recorded: { dispatch } }: Open): Promise<boolean> {
    const { gpu, attention } = this.#parts;
    const { request } = dispatch;
    const name = `${request.name} ${variantWords(request)}`;
    const verdict = await checkByCase(gpu, dispatch);
    if ('notCompared' in verdict) {
      this.#unproven.set(key, `${name}: ${verdict.notCompared}`);
      this.#proven.add(key);
      return true;
    }
    const { problem } = verdict;
    this.checked++;
    if (problem === undefined) {
      this.#proven.add(key);
      return true;
    }
    if (!request.name.startsWith('attention/') || this.#attention + 1 >= attention.length) throw wrong(name, problem);
    this.#attention++;
    this.#report(name, problem);
    return false;
  }

  #report(name: string, problem: string): void {
    this.#parts.onFallback(`${name} computes wrongly on this device (${problem}): a plainer kernel is used`);
  }
}

/** `gate-up Q4_1 rows 8x4 k1 c2 b8 tile 64`: everything of a linear kernel that may be compiled wrongly. */
const linearName = ({ matrix, role }: Pick<TunedMatrix, 'matrix' | 'role'>, variant: LinearVariant): string =>
  `${role} ${matrix.type} ${describeVariant(variant)} tile ${matrix.rowTile}`;

const wrong = (name: string, problem: string): CapabilityError =>
  new CapabilityError({
    code: 'kernel-wrong',
    happened: `The kernel ${name} computes wrongly on this device: ${problem}.`,
    expected: 'It agrees with the CPU, or another kernel does.',
    todo: 'Update the browser or the GPU driver, or try another browser; please report this with the adapter and its version.',
  });

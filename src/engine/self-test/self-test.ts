import type { AttentionBackend } from '../../attention/backend.ts';
import type { ListedAttention } from '../../attention/listed.ts';
import { CapabilityError } from '../../core/errors.ts';
import type { Gpu } from '../../gpu/device.ts';
import type { KvType } from '../../kernels/cache-layout.ts';
import { describeVariant, plainVariant } from '../../kernels/linear/tuning.ts';
import type { LinearVariant } from '../../kernels/linear/variant.ts';
import type { Matrix } from '../../kernels/weights/format.ts';
import { MATVEC_ROWS, tunedVariant, type TunedMatrix } from '../../kernels/linear/tuned-matrix.ts';
import type { StepShape } from '../../models/step.ts';
import type { MatrixPart, NetworkWeights } from '../../models/weights.ts';
import type { ByteSource } from '../../weights/byte-source.ts';
import type { PlannedMatrix } from '../load/weight-plan.ts';
import { attentionProbe } from './attention-probe.ts';
import { linearProbe } from './linear-probe.ts';
import { runProbes, type Probe } from './probe.ts';

export interface SelfTestParts {
  readonly gpu: Gpu;
  readonly source: ByteSource;
  readonly weights: NetworkWeights;
  /** What each matrix was made of. */
  readonly planned: ReadonlyMap<Matrix, PlannedMatrix>;
  /** Ways to attend, the preferred one first. */
  readonly attention: readonly AttentionBackend[];
  /** Attention to listed slots, in the same order. */
  readonly listed: readonly ListedAttention[];
  readonly onFallback: (reason: string) => void;
}

/** A kernel as the network uses it. */
interface Use {
  readonly name: string;
  probe(): Probe;
  /** Told that it computes wrongly; false when there is no other way. */
  fail(): boolean;
}

/** Batch rows of a probe: as many as make a second workgroup of every matmul, no more. */
const MOST_ROWS = 72;

/**
 * Compares every kernel that was chosen for this device with the CPU before a plan uses it, on the model's own
 * weights: browsers, drivers and translators have computed wrongly without an error. What is wrong is replaced by a plainer
 * kernel and reported; what cannot be replaced is refused.
 */
export class SelfTest {
  /** Kernels that were compared, and the time that took. */
  checked = 0;
  milliseconds = 0;
  readonly #parts: SelfTestParts;
  readonly #proven = new Set<string>();
  readonly #broken = new Set<string>();
  #attention = 0;
  /** One at a time: a second plan of the same kind waits for the first one's verdict. */
  #last: Promise<void> = Promise.resolve();

  constructor(parts: SelfTestParts) {
    this.#parts = parts;
  }

  /** The kernel shape for so many rows of this matrix: the tuned one, unless it computes wrongly here. */
  readonly variantOf = (tuned: TunedMatrix, rows: number): LinearVariant => {
    const variant = tunedVariant(tuned, rows);
    return this.#broken.has(linearName(tuned, variant)) ? plainVariant(tuned, variant.columns) : variant;
  };

  get attention(): AttentionBackend {
    return this.#parts.attention[this.#attention]!;
  }

  get listed(): ListedAttention {
    return this.#parts.listed[this.#attention]!;
  }

  /**
   * Compares whatever a plan of this shape uses and has not been compared yet.
   * @throws CapabilityError 'kernel-wrong' when a kernel is wrong and has no replacement.
   */
  prove(shape: StepShape, kv: KvType): Promise<void> {
    this.#last = this.#last.catch(() => {}).then(() => this.#prove(shape, kv));
    return this.#last;
  }

  async #prove(shape: StepShape, kv: KvType): Promise<void> {
    const started = performance.now();
    let uses = this.#uses(shape, kv).filter(({ name }) => !this.#proven.has(name));
    while (uses.length > 0) {
      const probes = uses.map((use) => use.probe());
      try {
        // oxlint-disable-next-line no-await-in-loop -- a second turn compares the replacements
        const problems = await runProbes(this.#parts.gpu, probes);
        problems.forEach((problem, i) => {
          const use = uses[i]!;
          this.checked++;
          if (problem === undefined) this.#proven.add(use.name);
          else this.#replace(use, problem);
        });
      } finally {
        for (const probe of probes) probe.dispose();
      }
      uses = this.#uses(shape, kv).filter(({ name }) => !this.#proven.has(name));
    }
    this.milliseconds += performance.now() - started;
  }

  #replace(use: Use, problem: string): void {
    const { name } = use;
    if (use.fail()) {
      this.#parts.onFallback(`${name} computes wrongly on this device (${problem}): a plainer kernel is used`);
      return;
    }
    throw new CapabilityError({
      code: 'kernel-wrong',
      happened: `The kernel ${name} computes wrongly on this device: ${problem}.`,
      expected: 'It agrees with the CPU, or another kernel does.',
      todo: 'Update the browser or the GPU driver, or try another browser; please report this with the adapter and its version.',
    });
  }

  /** Every kernel that a plan of this shape uses, each once. */
  #uses({ rows, logitRows, lengthBucket }: StepShape, kv: KvType): Use[] {
    const { weights, attention } = this.#parts;
    const uses = new Map<string, Use>();
    const add = (use: Use): void => {
      if (!uses.has(use.name)) uses.set(use.name, use);
    };
    for (const part of [...weights.matrices.values()].flat()) {
      const count = part.role === 'lm-head' ? logitRows : rows;
      if (count > 0 && part.role !== 'embedding') add(this.#linear(part, count, kv));
    }
    for (const config of weights.config.layers) {
      const { qHeads, kvHeads, headDim, window } = config;
      // A length bucket chooses between kernels only by how many splits it makes.
      const kind = `${rows > MATVEC_ROWS ? 'prefill' : 'decode'} to ${lengthBucket} slots`;
      const heads = `${qHeads}/${kvHeads}x${headDim}${window ? ` window ${window}` : ''}`;
      add({
        name: `attention ${this.#attention} ${heads} ${kind} ${kv}`,
        probe: () =>
          attentionProbe(this.#parts.gpu, `attention ${heads} ${kind}`, {
            backend: this.attention,
            layer: config,
            kv,
            rows: Math.min(rows, MOST_ROWS),
            lengthBucket,
          }),
        fail: () => {
          if (this.#attention + 1 >= attention.length) return false;
          this.#attention++;
          return true;
        },
      });
    }
    return [...uses.values()];
  }

  #linear(part: MatrixPart, rows: number, kv: KvType): Use {
    const { gpu, source, weights } = this.#parts;
    const planned = this.#parts.planned.get(part.matrix)!;
    const variant = this.variantOf(part, rows);
    const name = linearName(part, variant);
    const norm = rows <= MATVEC_ROWS;
    const count = rows <= MATVEC_ROWS ? Math.min(rows, variant.columns) : Math.min(rows, MOST_ROWS);
    return {
      name,
      probe: () =>
        linearProbe({ gpu, source, config: weights.config, kv, name }, { part, planned, count, norm, variant }),
      fail: () => {
        if (this.#broken.has(linearName(part, tunedVariant(part, rows)))) return false;
        this.#broken.add(name);
        return true;
      },
    };
  }
}

/** `gate-up Q4_1 rows 8x4 k1 c2 b8 tile 64`: everything of a linear kernel that may be compiled wrongly. */
const linearName = ({ matrix, role }: TunedMatrix, variant: LinearVariant): string =>
  `${role} ${matrix.type} ${describeVariant(variant)} tile ${matrix.rowTile}`;

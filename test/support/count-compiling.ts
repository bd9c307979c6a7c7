import { afterAll } from 'vitest';

/** What a test file made the driver compile, on its own thread. */
export interface CompileCosts {
  /** Pipelines made. */
  pipelines: number;
  /** Milliseconds until they were made: from WGSL to what the driver takes. */
  makingMs: number;
  /** Milliseconds of submits that use a pipeline for the first time: that is when software drivers make machine code. */
  firstUseMs: number;
}

const none = (): CompileCosts => ({ pipelines: 0, makingMs: 0, firstUseMs: 0 });
let costs = none();

/** Adds up the time in which at least one of several waits is open. */
class Stopwatch {
  readonly #add: (ms: number) => void;
  #open = 0;
  #since = 0;

  constructor(add: (ms: number) => void) {
    this.#add = add;
  }

  /** Counts until `work` settles, however it does. */
  during(work: Promise<unknown>): void {
    if (this.#open++ === 0) this.#since = performance.now();
    const end = (): void => {
      if (--this.#open === 0) this.#add(performance.now() - this.#since);
    };
    work.then(end, end);
  }
}

/** Replaces a method by one that calls it and then `after` with its result. */
function follow<K extends string, R>(
  owner: Record<K, (...args: never[]) => R>,
  name: K,
  after: (self: never, args: readonly unknown[], result: R) => void,
): void {
  const original = owner[name];
  owner[name] = function (this: unknown, ...args: never[]): R {
    const result = original.apply(this, args);
    after(this as never, args, result);
    return result;
  };
}

/** Once per process or page: files that share one have their own counts, since the last hook of each takes them. */
export function countCompiling(): void {
  const making = new Stopwatch((ms) => (costs.makingMs += ms));
  const firstUse = new Stopwatch((ms) => (costs.firstUseMs += ms));
  const used = new WeakSet<GPUComputePipeline>();
  let fresh = false;
  follow(GPUDevice.prototype, 'createComputePipelineAsync', (_self, _args, made) => {
    costs.pipelines++;
    making.during(made);
  });
  follow(GPUComputePassEncoder.prototype, 'setPipeline', (_self, [pipeline]) => {
    if (used.has(pipeline as GPUComputePipeline)) return;
    used.add(pipeline as GPUComputePipeline);
    fresh = true;
  });
  follow(GPUQueue.prototype, 'submit', (queue: GPUQueue) => {
    if (fresh) firstUse.during(queue.onSubmittedWorkDone());
    fresh = false;
  });
}

/** Hands the counts of a test file to the reporter. */
export function reportCompiling(): void {
  // oxlint-disable-next-line no-empty-pattern -- Vitest asks for it
  afterAll(({}, file) => {
    Object.assign(file.meta, { compiling: costs });
    costs = none();
  });
}

import type { EngineOptions } from '../../../src/core/api.ts';
import { throwIfAborted } from '../../../src/core/errors.ts';
import type { EvalRun, TaskRun } from '../../../src/eval/eval-result.ts';
import { settingText } from '../../../src/eval/setting-text.ts';
import { runCli } from '../../../src/cli/program.ts';
import type { Library, ModelInspection, RecordedStep, RecordStepOptions } from '../../../src/cli/library.ts';
import type { Terminal } from '../../../src/cli/terminal.ts';
import { benchResult } from '../bench/bench-result.ts';
import { fakeEngine, newLog, type FakeLog } from '../worker/fake-engine.ts';

export interface RunResult {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A command line without a process: files, typed lines and Ctrl-C are the test's. */
export class FakeCli {
  readonly log: FakeLog = newLog();
  readonly files = new Map<string, Uint8Array | string>();
  readonly typed: string[] = [];
  readonly exits: number[] = [];
  readonly #interrupts = new Set<() => void>();
  engineOptions: EngineOptions | undefined;
  benchOptions: Parameters<Library['runBench']>[0] | undefined;
  evalOptions: Parameters<Library['evaluate']>[1] | undefined;
  taskOptions: Parameters<Library['runTasks']>[1] | undefined;
  stepOptions: RecordStepOptions | undefined;
  isScreen = false;
  /** Called when a line is asked for. */
  onLine = (): void => undefined;
  /** Called while a benchmark runs. */
  onBench = (): void => undefined;
  /** Called before each setting of a text. */
  onSetting = (): void => undefined;
  /** Called before each question of a task. */
  onQuestion = (): void => undefined;
  #out = '';
  #err = '';

  readonly library: Library = {
    VERSION: '1.2.3',
    createEngine: async (options) => {
      this.engineOptions = options;
      options.onProgress?.({ stage: 'download', loadedBytes: 1, totalBytes: 2 });
      options.signal?.throwIfAborted();
      return fakeEngine(this.log);
    },
    inspectModel: async (_model, options) => inspection(options?.context ?? 4096, options?.kv ?? 'f16'),
    openTokenizer: async () => fakeEngine(this.log).tokenizer,
    recordStep: async (options) => {
      this.stepOptions = options;
      return recordedStep();
    },
    runBench: async (options) => {
      this.benchOptions = options;
      options.onProgress?.({ stage: 'roofs', label: 'what the adapter can do', done: 0, total: 1 });
      this.onBench();
      throwIfAborted(options.signal);
      return benchResult(options.settings?.parts ?? ['model', 'kernels']);
    },
    evaluate: async (_engine, options) => {
      this.evalOptions = options;
      const dense = { nll: 2 };
      options.onDense?.(dense);
      const runs: EvalRun[] = [];
      for (const setting of options.settings) {
        this.onSetting();
        throwIfAborted(options.signal);
        const run = {
          setting: settingText(setting),
          nll: 2.5,
          dnll: 0.5,
          kl: 0.25,
          klP99: 1,
          top1Agreement: 0.75,
          slotsReadPerToken: 10,
          kvBytesHeld: 2 ** 20,
          kvBytesReadPerToken: 2 ** 19,
          msPerToken: 4,
        };
        runs.push(run);
        options.onRun?.(run);
      }
      return { dense, runs };
    },
    recordHead: async () => ({
      format: 'winnow-eval',
      formatVersion: 1,
      date: '2026-11-24T16:22:00.000Z',
      environment: benchResult([]).environment,
    }),
    runTasks: async (_engine, options) => {
      this.taskOptions = options;
      const { task, settings, lengths = [], question = 'before', onRun, onProgress, signal } = options;
      const runs: TaskRun[] = [];
      const points = (settings.length + 1) * lengths.length;
      for (const setting of ['dense', ...settings.map(settingText)])
        for (const tokens of lengths) {
          this.onQuestion();
          throwIfAborted(signal);
          const run = { setting, task, question, tokens, depth: 0.5, exact: true, logProb: -0.5 };
          onProgress?.(runs.length, points, 1);
          runs.push(run);
          onRun?.(run);
        }
      return { task, runs };
    },
  };

  interrupt(): void {
    for (const listener of this.#interrupts) listener();
  }

  async run(...args: string[]): Promise<RunResult> {
    this.#out = '';
    this.#err = '';
    const code = await runCli(['node', 'winnow', ...args], this.library, this.#terminal());
    return { code, out: this.#out, err: this.#err };
  }

  #terminal(): Terminal {
    return {
      out: (text) => {
        this.#out += text;
      },
      err: (text) => {
        this.#err += text;
      },
      isScreen: this.isScreen,
      readBytes: async (path) => {
        const content = this.files.get(path);
        if (content === undefined) throw new Error(`ENOENT: no such file, open '${path}'`);
        return typeof content === 'string' ? new TextEncoder().encode(content) : content;
      },
      writeText: async (path, text) => {
        this.files.set(path, text);
      },
      onInterrupt: (listener) => {
        this.#interrupts.add(listener);
        return () => this.#interrupts.delete(listener);
      },
      readLines: () => {
        let closed = false;
        return {
          next: async () => {
            this.onLine();
            return closed ? undefined : this.typed.shift();
          },
          close: () => {
            closed = true;
          },
        };
      },
      exit: (code) => this.exits.push(code),
    };
  }
}

const layer = {
  qHeads: 9,
  kvHeads: 3,
  headDim: 64,
  ffn: 1536,
  window: undefined,
} as const;

const rope = { base: 100_000, dims: 64, scaling: { kind: 'none' } } as const;

const inspection = (context: number, kv: ModelInspection['memory']['kv']): ModelInspection => ({
  name: 'A model\u001B[2J',
  architecture: 'llama',
  fileBytes: 2 ** 20,
  ggufVersion: 3,
  parameters: 134_515_008,
  config: {
    architecture: 'llama',
    name: 'A model',
    depth: 3,
    layers: [
      { ...layer, rope },
      { ...layer, rope },
      { ...layer, kvHeads: 1, rope },
    ],
    hidden: 576,
    vocab: 49_152,
    contextLength: 8192,
    normEpsilon: 1e-5,
    head: 'tied',
  },
  tensors: { Q4_1: { count: 210, bytes: 2 ** 20 } },
  tokenizer: {
    model: 'gpt2',
    pre: 'smollm',
    vocab: 49_152,
    eosIds: [2, 0],
    hasChatTemplate: true,
    chatTemplates: ['default'],
    notes: [],
  },
  memory: { context, kv, weights: 3 * 2 ** 20, cache: context * 2 ** 10, cachePerToken: 2 ** 10 },
});

/** A step of two equal layers and a third that differs, behind which the cache is cut. */
export function recordedStep(): RecordedStep {
  const dispatch = (
    at: number | null,
    label: string,
    kernel: string,
    bytes = 2 ** 20,
  ): RecordedStep['step'][number] => ({
    layer: at,
    label,
    kernel,
    variant: 'weights/q4_1 LANES=8',
    constants: { LANES: 8, NORM: true },
    grid: [18, 1, 1],
    bytes,
  });
  return {
    model: 'Tiny\u001b[2J',
    adapter: 'a GPU',
    tuning: 'kept',
    rows: 1,
    length: 64,
    phase: 'decode',
    pipelines: 3,
    features: ['subgroups'],
    step: [
      dispatch(null, 'embed', 'elementwise/embed'),
      ...[0, 1, 2].flatMap((at) => [
        dispatch(at, 'layer.qkv', 'linear/qkv', at === 2 ? 2 ** 21 : undefined),
        dispatch(at, 'attention', 'attention/decode-flash'),
      ]),
      dispatch(null, 'head', 'linear/head'),
    ],
    cut: [dispatch(0, 'cache.evict', 'cache/evict')],
    fallbacks: ['a reason'],
  };
}

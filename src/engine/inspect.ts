import type { Environment } from './engine.ts';
import { checkInspectOptions, checkModel, DEFAULT_CONTEXT } from './engine-options.ts';
import type { ModelSource, TokenizerApi } from '../core/api.ts';
import { readModel, type ModelSession } from './load/model-session.ts';
import { matricesOf, planWeights } from './load/weight-plan.ts';
import { weightTypes } from './report.ts';
import { createTokenizerApi } from './tokenizer-api.ts';
import { PAGE_SLOTS, pageWords, type KvType } from '../kernels/cache-layout.ts';
import { matrixBytes } from '../kernels/weights/format.ts';
import type { ModelConfig } from '../models/model-config.ts';
import { weightsOf } from '../models/network.ts';

/** What a file holds and what running it will take, read from its header alone. */
export interface ModelInspection {
  readonly name: string;
  readonly architecture: string;
  readonly fileBytes: number;
  readonly ggufVersion: number;
  readonly parameters: number;
  readonly config: ModelConfig;
  /** By tensor type: how many, and their bytes in the file. */
  readonly tensors: Readonly<Record<string, { readonly count: number; readonly bytes: number }>>;
  readonly tokenizer: {
    readonly model: string;
    readonly pre: string;
    readonly vocab: number;
    readonly eosIds: readonly number[];
    readonly hasChatTemplate: boolean;
    /** What of the file is done otherwise than it says, or not at all. */
    readonly notes: readonly string[];
    /** Names of the file's chat templates; the plain one is 'default'. */
    readonly chatTemplates: readonly string[];
  };
  readonly memory: {
    readonly context: number;
    readonly kv: KvType;
    /** GPU bytes of the weights after repacking, about. */
    readonly weights: number;
    /** GPU bytes of keys and values when the context is full. */
    readonly cache: number;
    readonly cachePerToken: number;
  };
}

const quietly = (): void => {};

export interface InspectOptions {
  readonly context?: number;
  readonly kv?: KvType;
  readonly signal?: AbortSignal;
}

/** Reads a model's header. @throws ModelFileError, StorageError */
export async function inspectModelIn(
  environment: Pick<Environment, 'open'>,
  model: ModelSource,
  options: InspectOptions = {},
): Promise<ModelInspection> {
  checkInspectOptions(options);
  const session = await open(environment, model, options.signal);
  const { gguf, config, tokenizer, template, source } = session;
  const context = options.context ?? Math.min(config.contextLength, DEFAULT_CONTEXT);
  const kv = options.kv ?? 'f16';
  const counts = new Map<string, number>();
  for (const { type } of gguf.tensors.values()) counts.set(type, (counts.get(type) ?? 0) + 1);
  const text = (key: string): string => {
    const value = gguf.metadata.get(key);
    return typeof value === 'string' ? value : 'none';
  };
  const pageBytes = config.layers.reduce((sum, { kvHeads, headDim }) => sum + pageWords(kv, kvHeads, headDim) * 4, 0);
  return {
    name: config.name,
    architecture: config.architecture,
    fileBytes: source.size,
    ggufVersion: gguf.version,
    parameters: [...gguf.tensors.values()].reduce(
      (sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1),
      0,
    ),
    config,
    tensors: Object.fromEntries(
      Object.entries(weightTypes(gguf)).map(([type, bytes]) => [type, { count: counts.get(type) ?? 0, bytes }]),
    ),
    tokenizer: {
      model: text('tokenizer.ggml.model'),
      pre: text('tokenizer.ggml.pre'),
      vocab: tokenizer.vocabSize,
      eosIds: tokenizer.eosIds,
      hasChatTemplate: template !== undefined,
      notes: session.fallbacks,
      chatTemplates: template?.names ?? [],
    },
    memory: {
      context,
      kv,
      weights: repackedBytes(session),
      cache: pageBytes * Math.ceil(context / PAGE_SLOTS),
      cachePerToken: pageBytes / PAGE_SLOTS,
    },
  };
}

/** The tokenizer and chat template of a model file; no GPU is needed. */
export const openTokenizerIn = async (
  environment: Pick<Environment, 'open'>,
  model: ModelSource,
  signal?: AbortSignal,
): Promise<TokenizerApi> => createTokenizerApi(await open(environment, model, signal));

async function open(
  environment: Pick<Environment, 'open'>,
  model: ModelSource,
  signal: AbortSignal | undefined,
): Promise<ModelSession> {
  checkModel(model);
  const opened = await environment.open({ model, ...(signal && { signal }) }, quietly);
  try {
    return await readModel(opened, quietly, signal);
  } finally {
    await opened.source.close?.();
  }
}

function repackedBytes({ gguf, graph }: ModelSession): number {
  let bytes = 0;
  for (const { type, outputs, columns } of matricesOf(planWeights(gguf, graph, Infinity))) {
    const { codes, aux } = matrixBytes(type, outputs, columns, 1);
    bytes += codes + aux;
  }
  for (const { kind, tensors } of weightsOf(graph))
    if (kind === 'vector') for (const { name } of tensors) bytes += gguf.tensors.get(name)!.byteLength;
  return bytes;
}

import type { TokenVocabulary } from '../../core/constraint.ts';
import { ModelFileError } from '../../core/errors.ts';
import { MAX_GROUP, MAX_HEAD_DIM } from '../../kernels/attention/decode-flash.ts';
import { BLOCK } from '../../kernels/weights/format.ts';
import type { ModelConfig } from '../../models/model-config.ts';
import { weightsOf, type NetworkGraph } from '../../models/network.ts';
import { readNetwork } from '../../models/read-network.ts';
import { createChatTemplate, type ChatTemplate } from '../../tokenizer/chat-template.ts';
import type { Tokenizer } from '../../tokenizer/from-gguf.ts';
import { readTokenizer } from '../../tokenizer/read-tokenizer.ts';
import { TokenBytes } from '../../tokenizer/token-vocabulary.ts';
import type { ByteSource } from '../../weights/byte-source.ts';
import { parseGguf, type GgufFile } from '../../weights/gguf.ts';
import type { ManifestModel } from '../../weights/manifest.ts';
import type { LoadProgress } from '../../core/api.ts';

/** An opened model file: where its bytes are, and what is known of it besides. */
export interface OpenedModel {
  readonly source: ByteSource;
  /** Its entry in the manifest, if it is a known one. */
  readonly entry: ManifestModel | undefined;
  /** What had to be done otherwise than usual. */
  readonly fallbacks: readonly string[];
  /** Its header, where it was read already to see whether the file is whole. */
  readonly gguf?: GgufFile | undefined;
}

/** A model file's header, read and understood: all that needs no GPU. */
export interface ModelSession extends OpenedModel {
  readonly gguf: GgufFile;
  readonly graph: NetworkGraph;
  readonly config: ModelConfig;
  readonly tokenizer: Tokenizer;
  /** The tokenizer's tokens as constraints see them. */
  readonly vocabulary: TokenVocabulary;
  readonly template: ChatTemplate | undefined;
}

/**
 * Reads the header, the configuration and the tokenizer. A file whose tokenizer or chat template is of no use can still be
 * looked at and run by ids; what it lacks stands among the fallbacks.
 * @throws ModelFileError for a file that is damaged, foreign or beyond what the kernels can do.
 */
export async function readModel(
  opened: OpenedModel,
  onProgress: (progress: LoadProgress) => void,
  signal?: AbortSignal,
): Promise<ModelSession> {
  onProgress({ stage: 'header', loadedBytes: 0, totalBytes: 0 });
  const gguf = opened.gguf ?? (await parseGguf(opened.source, signal));
  const graph = readNetwork(gguf);
  checkKernelLimits(graph);
  onProgress({ stage: 'tokenizer', loadedBytes: 0, totalBytes: 0 });
  const { config } = graph;
  const tokenizer = readTokenizer(gguf.metadata, config.vocab);
  const fallbacks = [...opened.fallbacks, ...tokenizer.notes];
  if (tokenizer.vocabSize < config.vocab)
    fallbacks.push(`the file has ${tokenizer.vocabSize} tokens for ${config.vocab} ids: the rest is never drawn`);
  const template = readTemplate(gguf, tokenizer, fallbacks);
  return {
    ...opened,
    fallbacks,
    gguf,
    graph,
    config,
    tokenizer,
    vocabulary: new TokenBytes(tokenizer),
    template,
  };
}

/** The chat template; one that cannot be used is noted, and fails when it is used. */
function readTemplate({ metadata }: GgufFile, tokenizer: Tokenizer, notes: string[]): ChatTemplate | undefined {
  try {
    return createChatTemplate(metadata, tokenizer);
  } catch (error) {
    if (!(error instanceof ModelFileError)) throw error;
    notes.push(`chats cannot be rendered, raw texts can be given: ${error.happened}`);
    return {
      names: [],
      render() {
        throw error;
      },
    };
  }
}

/** What the file may say but no kernel can compute. */
function checkKernelLimits(graph: NetworkGraph): void {
  const { vocab, layers } = graph.config;
  const refuse = (happened: string, expected: string): never => {
    throw new ModelFileError({ code: 'model-config', happened, expected, todo: 'Choose another model.' });
  };
  for (const { kind, tensors } of weightsOf(graph))
    for (const { name, shape } of tensors)
      if (kind === 'matrix' && shape[0]! % BLOCK !== 0)
        refuse(`Rows of "${name}" are ${shape[0]} wide.`, `Widths are multiples of ${BLOCK}.`);
  if (vocab >= 2 ** 31) refuse(`The vocabulary has ${vocab} tokens.`, 'It has fewer than 2^31.');
  layers.forEach(({ qHeads, kvHeads, headDim }, layer) => {
    if (headDim % 4 !== 0 || headDim > MAX_HEAD_DIM)
      refuse(`Heads of layer ${layer} are ${headDim} wide.`, `Heads are a multiple of 4, at most ${MAX_HEAD_DIM}.`);
    if (qHeads / kvHeads > MAX_GROUP)
      refuse(
        `Layer ${layer} has ${qHeads / kvHeads} query heads for each key-value head.`,
        `At most ${MAX_GROUP} share one.`,
      );
  });
}

/**
 * How text is cut into words before merging, by the file's `tokenizer.ggml.pre`.
 * Text is not composed (Unicode NFC) before it is cut, though the tokenizer.json of a few families (Qwen2, OLMo, MPT) asks for that:
 * ids are those of llama.cpp, which differ for decomposed letters only.
 * Expressions are those of llama.cpp (src/llama-vocab.cpp, llm_tokenizer_bpe) and of the models' own tokenizer.json;
 * a name stands here only when its expressions are known for sure, every other name is refused.
 */

export interface PreTokenizer {
  /** Applied one after the other; a match and the text between matches each become pieces of their own. */
  readonly splits: readonly string[];
  /** A word that is a token as a whole is not built by merges. */
  readonly ignoreMerges: boolean;
  /** Whether a beginning-of-text token is added where the file does not say. */
  readonly addBos: boolean;
  /** Whether a separator follows each text where the file does not say. */
  readonly addSep: boolean;
}

const GPT2 = String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`;
const DIGIT = String.raw`\p{N}`;
const CONTRACTIONS = `(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])`;
/** The expression of cl100k's descendants; they differ in how many digits make a word. */
const withDigits = (digits: string): string =>
  String.raw`${CONTRACTIONS}|[^\r\n\p{L}\p{N}]?\p{L}+|${digits}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`;
/** Words that begin anew where small letters are followed by a capital; `tail` may follow a word. */
const byCase = (tail: string, digits: string): string =>
  String.raw`[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+${tail}|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*${tail}|${digits}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+`;
const THREE_DIGITS = String.raw`\p{N}{1,3}`;
const DIGITS = String.raw`\p{N}+`;
/** Han, Hiragana and Katakana as DeepSeek cuts them; its first models take Hangul and more besides. */
const KANA_AND_HAN = String.raw`[\u4E00-\u9FA5\u3040-\u309F\u30A0-\u30FF]+`;
const EAST_ASIAN = String.raw`[\u4E00-\u9FA5\u0800-\u4E00\uAC00-\uD7FF]+`;

const ASCII_PUNCTUATION = String.raw`[!-/:-@\[-\x60{-~]`;

const rule = (splits: readonly string[], differs: Partial<PreTokenizer> = {}): PreTokenizer => ({
  splits,
  ignoreMerges: false,
  addBos: false,
  addSep: false,
  ...differs,
});

/** Each rule, and the values of `tokenizer.ggml.pre` that mean it. */
const RULES: readonly (readonly [PreTokenizer, string])[] = [
  [
    rule([GPT2]),
    'gpt-2 phi-2 mpt olmo jais trillion granite-docling exaone4 gigachat a.x-4.0 mellum jina-es jina-de jina-v2-es jina-v2-de modern-bert',
  ],
  [rule([GPT2], { addSep: true }), 'jina-v1-en jina-v2-code roberta-bpe'],
  [rule([DIGIT, GPT2]), 'smollm starcoder refact command-r codeshell exaone minerva-7b mellum2'],
  [
    rule([withDigits(THREE_DIGITS)], { ignoreMerges: true, addBos: true }),
    'llama3 llama-v3 llama-bpe falcon3 falcon-h1 pixtral midm-2.0 lfm2 jina-v5-nano',
  ],
  [rule([withDigits(THREE_DIGITS)]), 'smaug-bpe dbrx glm4 chatglm-bpe'],
  [rule([THREE_DIGITS, withDigits(DIGITS)], { ignoreMerges: true }), 'minicpm5'],
  [rule([withDigits(DIGIT)]), 'qwen2 f2llmv2 deepseek-r1-qwen megrez stablelm2 hunyuan kormo solar-open grok-2'],
  [
    // Marks belong to the word that they stand in.
    rule([
      String.raw`${CONTRACTIONS}|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
    ]),
    'qwen35',
  ],
  [
    // One line end a piece.
    rule([
      String.raw`'(?:[sSdDmMtT]|[lL][lL]|[vV][eE]|[rR][eE])|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+`,
    ]),
    'bailingmoe bailingmoe2 llada-moe',
  ],
  [
    // Line ends never follow punctuation.
    rule([String.raw`${CONTRACTIONS}|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}\r\n]+|\s*[\r\n]+|\s+(?!\S)|\s+`]),
    'seed-coder',
  ],
  [rule([byCase('', DIGIT)], { ignoreMerges: true, addBos: true }), 'tekken'],
  [rule([byCase(`${CONTRACTIONS}?`, THREE_DIGITS)]), 'gpt-4o llama4 kanana2 talkie minimax-m2'],
  [rule([String.raw`[\r\n]`, String.raw`\s?\p{L}+`, String.raw`\s?\p{P}+`, EAST_ASIAN, DIGIT]), 'deepseek-coder'],
  [
    rule([
      THREE_DIGITS,
      KANA_AND_HAN,
      String.raw`${ASCII_PUNCTUATION}[A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
    ]),
    'deepseek-v3 hunyuan-dense joyai-llm',
  ],
  [rule([String.raw`[\p{P}\$\+<=>\^~\|]+`, GPT2, DIGITS, '[0-9][0-9][0-9]']), 'default'],
];

/** Every supported value of `tokenizer.ggml.pre`. */
export const PRE_TOKENIZERS: ReadonlyMap<string, PreTokenizer> = new Map(
  RULES.flatMap(([each, names]) => names.split(' ').map((name) => [name, each] as const)),
);

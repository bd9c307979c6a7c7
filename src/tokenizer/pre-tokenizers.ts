/**
 * How text is cut into words before merging, by the file's `tokenizer.ggml.pre`.
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
  /** The model's own tokenizer composes characters first (Unicode NFC). */
  readonly nfc: boolean;
}

const GPT2 = String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`;
const DIGIT = String.raw`\p{N}`;
const CONTRACTIONS = `(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])`;
/** The expression of cl100k's descendants; they differ in how many digits make a word. */
const withDigits = (digits: string): string =>
  String.raw`${CONTRACTIONS}|[^\r\n\p{L}\p{N}]?\p{L}+|${digits}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`;
const TEKKEN = String.raw`[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+`;

const plain = { ignoreMerges: false, addBos: false, nfc: false };
const gpt2: PreTokenizer = { ...plain, splits: [GPT2] };
const singleDigits: PreTokenizer = { ...plain, splits: [DIGIT, GPT2] };
const llama3: PreTokenizer = {
  splits: [withDigits(String.raw`\p{N}{1,3}`)],
  ignoreMerges: true,
  addBos: true,
  nfc: false,
};
const qwen2: PreTokenizer = { ...plain, splits: [withDigits(DIGIT)], nfc: true };
const tekken: PreTokenizer = { splits: [TEKKEN], ignoreMerges: true, addBos: true, nfc: false };
const fallback: PreTokenizer = {
  ...plain,
  splits: [String.raw`[\p{P}\$\+<=>\^~\|]+`, GPT2, String.raw`\p{N}+`, '[0-9][0-9][0-9]'],
};

/** Every supported value of `tokenizer.ggml.pre`. */
export const PRE_TOKENIZERS: ReadonlyMap<string, PreTokenizer> = new Map([
  ['gpt-2', gpt2],
  ['phi-2', gpt2],
  ['smollm', singleDigits],
  ['starcoder', singleDigits],
  ['refact', singleDigits],
  ['llama3', llama3],
  ['llama-v3', llama3],
  ['llama-bpe', llama3],
  ['qwen2', qwen2],
  ['tekken', tekken],
  ['default', fallback],
]);

import type { Tokenizer } from '../../tokenizer/from-gguf.ts';

/** The ids of a conversation and the text they stand for. What was generated is never tokenised again. */
export class Transcript {
  readonly #tokenizer: Pick<Tokenizer, 'encode' | 'decode'>;
  #ids: readonly number[] = [];
  #text = '';
  /** Places where text and ids are known to meet, in order. */
  #meets: { readonly characters: number; readonly ids: number }[] = [];

  constructor(tokenizer: Pick<Tokenizer, 'encode' | 'decode'>) {
    this.#tokenizer = tokenizer;
  }

  /** The ids of a rendered chat: those of the text that is unchanged, and the rest tokenised anew. */
  prompt(text: string): readonly number[] {
    const common = commonLength(text, this.#text);
    this.#meets = this.#meets.filter(({ characters }) => characters <= common);
    const { characters, ids } = this.#meets.at(-1) ?? { characters: 0, ids: 0 };
    const all = [...this.#ids.slice(0, ids), ...this.#tokenizer.encode(text.slice(characters), { special: true })];
    this.#set(all, text);
    return all;
  }

  /** Ids without a text of a chat. */
  raw(ids: readonly number[]): readonly number[] {
    this.#set(ids, '');
    this.#meets = [];
    return ids;
  }

  /** Appends what was generated after the last prompt. */
  answered(ids: readonly number[]): void {
    this.#set([...this.#ids, ...ids], this.#text + this.#tokenizer.decode(ids));
  }

  #set(ids: readonly number[], text: string): void {
    this.#ids = ids;
    this.#text = text;
    this.#meets.push({ characters: text.length, ids: ids.length });
  }
}

/** How many of the first elements are equal. */
export function commonLength(a: ArrayLike<unknown>, b: ArrayLike<unknown>): number {
  const most = Math.min(a.length, b.length);
  for (let i = 0; i < most; i++) if (a[i] !== b[i]) return i;
  return most;
}

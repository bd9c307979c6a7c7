import type { Tokenizer } from '../../tokenizer/from-gguf.ts';
import { chatFrom, OWN, type RenderedChat } from '../../tokenizer/rendered-chat.ts';

/** Origin of what the model wrote: it stands for its ids, whoever writes the same text now. */
const GENERATED = '*';

type TranscriptTokenizer = Pick<Tokenizer, 'encodeChat' | 'decode' | 'isSpecial'>;

/** The ids of a conversation and the text they stand for. What was generated is never tokenised again. */
export class Transcript {
  readonly #tokenizer: TranscriptTokenizer;
  #ids: readonly number[] = [];
  #text = '';
  /** For each UTF-16 unit of the text who wrote it. */
  #origins = '';
  /** Places where text and ids are known to meet, in order. */
  #meets: { readonly characters: number; readonly ids: number }[] = [];

  constructor(tokenizer: TranscriptTokenizer) {
    this.#tokenizer = tokenizer;
  }

  /** The ids of a rendered chat: those of the text that is unchanged, and the rest tokenised anew. */
  prompt(chat: RenderedChat): readonly number[] {
    const common = this.#unchanged(chat);
    this.#meets = this.#meets.filter(({ characters }) => characters <= common);
    const { characters, ids } = this.#meets.at(-1) ?? { characters: 0, ids: 0 };
    const all = [...this.#ids.slice(0, ids), ...this.#tokenizer.encodeChat(chatFrom(chat, characters))];
    this.#set(all, chat.text, this.#origins.slice(0, characters) + chat.origins.slice(characters));
    return all;
  }

  /** What was prompted since is no chat: nothing of it may stand before the next one. */
  forget(): void {
    this.#ids = [];
    this.#text = '';
    this.#origins = '';
    this.#meets = [];
  }

  /** Appends what was generated after the last prompt. */
  answered(ids: readonly number[]): void {
    const { text, origins } = this.#written(ids);
    this.#set([...this.#ids, ...ids], this.#text + text, this.#origins + origins);
  }

  /** The text of generated ids: a marker among them is one only where a template writes it. */
  #written(ids: readonly number[]): { text: string; origins: string } {
    let [text, origins] = ['', ''];
    for (let start = 0; start < ids.length;) {
      const special = this.#tokenizer.isSpecial(ids[start]!);
      let end = start + 1;
      while (end < ids.length && this.#tokenizer.isSpecial(ids[end]!) === special) end++;
      const part = this.#tokenizer.decode(ids.slice(start, end));
      text += part;
      origins += (special ? OWN : GENERATED).repeat(part.length);
      start = end;
    }
    return { text, origins };
  }

  /** How many of the first characters are as they were, from the same hand. */
  #unchanged(chat: RenderedChat): number {
    const { text, origins } = chat;
    const common = commonLength(text, this.#text);
    for (let i = 0; i < common; i++) {
      if (origins[i] === this.#origins[i]) continue;
      if (this.#origins[i] !== GENERATED) return i;
      if (origins[i] !== OWN) continue;
      // The template's own words over the model's: the same but where they are a marker, and the model spelt it out.
      let end = i + 1;
      while (end < text.length && origins[end] === OWN) end++;
      const last = Math.min(end, common);
      if (this.#marksBefore(chatFrom({ ...chat, text: text.slice(0, end) }, i), last - i)) return i;
      i = last - 1;
    }
    return common;
  }

  /** Whether a special token begins in the first `length` characters of the chat. */
  #marksBefore(chat: RenderedChat, length: number): boolean {
    const ids = this.#tokenizer.encodeChat(chat);
    const first = ids.findIndex((id) => this.#tokenizer.isSpecial(id));
    return first >= 0 && this.#tokenizer.decode(ids.slice(0, first)).length < length;
  }

  #set(ids: readonly number[], text: string, origins: string): void {
    this.#ids = ids;
    this.#text = text;
    this.#origins = origins;
    this.#meets.push({ characters: text.length, ids: ids.length });
  }
}

/** How many of the first elements are equal. */
export function commonLength(a: ArrayLike<unknown>, b: ArrayLike<unknown>): number {
  const most = Math.min(a.length, b.length);
  for (let i = 0; i < most; i++) if (a[i] !== b[i]) return i;
  return most;
}

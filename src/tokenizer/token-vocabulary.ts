import type { TokenVocabulary } from '../core/constraint.ts';
import type { Tokenizer } from './from-gguf.ts';

interface ByteIndex {
  readonly ids: ReadonlyMap<string, readonly number[]>;
  readonly longest: number;
}

/** A tokenizer's tokens by their bytes; the index is built when first asked for. */
export class TokenBytes implements TokenVocabulary {
  readonly #tokenizer: Tokenizer;
  #index: ByteIndex | undefined;

  constructor(tokenizer: Tokenizer) {
    this.#tokenizer = tokenizer;
  }

  get size(): number {
    return this.#tokenizer.vocabSize;
  }

  get endIds(): readonly number[] {
    return this.#tokenizer.eosIds;
  }

  get longest(): number {
    return this.#built().longest;
  }

  bytes(id: number): Uint8Array {
    const bytes = this.#tokenizer.tokenBytes(id);
    return this.#tokenizer.isSpecial(id) ? new Uint8Array() : bytes;
  }

  withBytes(latin1: string): readonly number[] {
    return this.#built().ids.get(latin1) ?? [];
  }

  #built(): ByteIndex {
    if (this.#index) return this.#index;
    const ids = new Map<string, number[]>();
    let longest = 0;
    for (let id = 0; id < this.size; id++) {
      const bytes = this.bytes(id);
      if (bytes.length === 0) continue;
      const key = String.fromCharCode(...bytes);
      const same = ids.get(key);
      if (same) same.push(id);
      else ids.set(key, [id]);
      longest = Math.max(longest, bytes.length);
    }
    this.#index = { ids, longest };
    return this.#index;
  }
}

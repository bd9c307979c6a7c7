import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Logits of two other implementations that agree; see test/golden/README.md. */
export interface GoldenNetwork {
  readonly name: string;
  readonly architecture: string;
  readonly what: string;
  readonly vocab: number;
  readonly sequences: readonly GoldenSequence[];
  /** Ids behind the sequence `after`, the last where it is not named, read one at a time. */
  readonly forced: {
    readonly after?: number;
    readonly ids: readonly number[];
    readonly logsumexp: readonly number[];
    readonly top5: readonly (readonly (readonly [number, number])[])[];
  };
  /** Texts and their ids: as they are, and with special tokens parsed and the beginning of text. */
  readonly texts?: readonly GoldenText[];
  /** Chats as the file's template writes them, and their ids. */
  readonly chats?: readonly {
    readonly messages: readonly { readonly role: string; readonly content: string }[];
    readonly rendered: string;
    readonly ids: readonly number[];
  }[];
}

export interface GoldenSequence {
  readonly ids: readonly number[];
  /** Of the last row, all of them. */
  readonly lastLogits: readonly number[];
  readonly positions: readonly {
    readonly position: number;
    readonly logsumexp: number;
    readonly top20: readonly (readonly [number, number])[];
  }[];
  /** What greedy decoding goes on with, and how far the second token was behind. */
  readonly greedy: { readonly ids: readonly number[]; readonly margins: readonly number[] };
}

interface GoldenText {
  readonly text: string;
  readonly plain: readonly number[];
  readonly special: readonly number[];
}

/** An encoder's embeddings of the same kind. */
export interface GoldenEncoder {
  readonly name: string;
  readonly architecture: string;
  readonly items: readonly {
    readonly text?: string;
    readonly ids: readonly number[];
    /** Divided by its length. */
    readonly normalised: readonly number[];
  }[];
}

/** Another folder of such files, in the form in which they are given or in this one. */
const GIVEN = process.env['WINNOW_NETWORKS'];
const FOLDER = GIVEN ?? join(import.meta.dirname, '../golden/networks');

const all = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.json'))
  .map((file) => JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as GoldenNetwork | GivenNetwork | GoldenEncoder);

/** Every encoder with golden data. */
export const goldenEncoders: readonly GoldenEncoder[] = all.filter((one) => 'items' in one);

/** Every decoder with golden data. */
export const goldenNetworks: readonly GoldenNetwork[] = all
  .filter((one) => 'sequences' in one)
  .map((one) => ('tokenizer' in one ? fromGiven(one) : one));

/** The bytes of its file. */
export const goldenFile = ({ name }: Pick<GoldenNetwork, 'name'>): Uint8Array<ArrayBuffer> =>
  new Uint8Array(readFileSync(join(FOLDER, `${name}.gguf`)));

/** The form in which they are given. */
interface GivenNetwork {
  readonly name: string;
  readonly architecture: string;
  readonly what: string;
  readonly vocab: number;
  readonly sequences: readonly (Omit<GoldenSequence, 'lastLogits'> & { readonly last_logits: readonly number[] })[];
  readonly forced: Omit<GoldenNetwork['forced'], 'after'> & { readonly prefix_sequence: number };
  readonly tokenizer: {
    readonly strings: readonly {
      readonly text: string;
      readonly ids_plain: readonly number[];
      readonly ids_special_with_bos: readonly number[];
    }[];
  };
  readonly chat_template?: GoldenNetwork['chats'];
}

function fromGiven({
  name,
  architecture,
  what,
  vocab,
  sequences,
  forced,
  tokenizer,
  chat_template: chats = [],
}: GivenNetwork): GoldenNetwork {
  return {
    name,
    architecture,
    what,
    vocab,
    sequences: sequences.map(({ ids, last_logits: lastLogits, positions, greedy }) => ({
      ids,
      lastLogits,
      positions,
      greedy,
    })),
    forced: { after: forced.prefix_sequence, ids: forced.ids, logsumexp: forced.logsumexp, top5: forced.top5 },
    texts: tokenizer.strings.map(({ text, ids_plain: plain, ids_special_with_bos: special }) => ({
      text,
      plain,
      special,
    })),
    chats,
  };
}

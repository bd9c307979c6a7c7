/** GGUF files that are damaged with their structure in mind: read, understood and tokenised, or refused with a code. */

import { seededRandom, type SeededRandom } from '../../cases/support/seeded-random.ts';
import { readConfig } from '../../src/models/read-network.ts';
import { readTokenizer } from '../../src/tokenizer/read-tokenizer.ts';
import type { ByteSource } from '../../src/weights/byte-source.ts';
import { parseGguf } from '../../src/weights/gguf.ts';
import { writeGguf } from '../../test/support/gguf-writer.ts';
import { tinyModel } from '../../test/support/tiny-model.ts';
import { coded, Find, type FuzzPart } from './fuzz.ts';

/** Bytes that what was read may take: so many for each byte of the file, and so many besides. */
const BYTES_A_BYTE = 24;
const BYTES_BESIDES = 96 * 2 ** 20;

const everyKind = (): Uint8Array<ArrayBuffer> =>
  writeGguf({
    metadata: {
      'a.u8': { u8: 200 },
      'a.i16': { i16: -300 },
      'a.f64': { f64: 0.1 },
      'a.huge': { u64: 2n ** 63n },
      'a.true': true,
      'a.text': 'grüße 🙂',
      'a.texts': ['', 'x', 'ы'],
      'a.bools': [true, false],
      'a.floats': Float32Array.of(1.5, -2),
      'a.nested': { nested: [['a'], Int32Array.of(1, 2), { nested: [['b']] }] },
    },
    tensors: { one: { type: 'F32', shape: [3], bytes: new Uint8Array(12) } },
    alignment: 64,
  });

const BASES: readonly (() => Uint8Array<ArrayBuffer>)[] = [
  everyKind,
  () => tinyModel({ layers: 1, hidden: 32, qHeads: 2, kvHeads: 1, ffn: 32, vocab: 300 }),
  () => tinyModel({ layers: 2, hidden: 32, qHeads: 2, kvHeads: 2, ffn: 32, vocab: 320, ropeFreqs: true, tied: false }),
];
const made = new Map<number, Uint8Array<ArrayBuffer>>();

function base(index: number): Uint8Array<ArrayBuffer> {
  const bytes = made.get(index) ?? BASES[index]!();
  made.set(index, bytes);
  return bytes.slice();
}

/** Numbers at which lengths, counts and types go wrong. */
const EDGES: readonly bigint[] = [
  [0n, 1n, 2n, 7n, 8n, 9n, 12n, 13n, 63n, 64n, 65n, 255n, 256n, 65_535n, 65_536n, 2n ** 20n, 2n ** 21n, 2n ** 23n],
  [
    2n ** 28n,
    2n ** 31n - 1n,
    2n ** 31n,
    2n ** 32n - 1n,
    2n ** 32n,
    2n ** 53n - 1n,
    2n ** 53n,
    2n ** 63n,
    2n ** 64n - 1n,
  ],
].flat();

interface Damaged {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Zero bytes that the file really has behind them. */
  readonly zeros: number;
}

function damage(random: SeededRandom): Damaged {
  let bytes = base(random.int(BASES.length));
  // Low positions hold the counts and lengths.
  const reach = (): number => (random.next() < 0.4 ? Math.min(200, bytes.length) : Math.min(bytes.length, 9000));
  for (let i = 1 + random.int(4); i > 0 && bytes.length > 8; i--) {
    const at = random.int(reach());
    const kind = random.int(7);
    if (kind < 2) bytes[at] = random.next() < 0.5 ? random.int(256) : bytes[at]! ^ (1 << random.int(8));
    else if (kind === 2 && at + 4 <= bytes.length)
      new DataView(bytes.buffer).setUint32(at, Number(edge(random) & 0xffff_ffffn), true);
    else if (kind === 3 && at + 8 <= bytes.length) new DataView(bytes.buffer).setBigUint64(at, edge(random), true);
    else if (kind === 4)
      bytes = joined(bytes.subarray(0, at), bytes.subarray(Math.min(bytes.length, at + 1 + random.int(16))));
    else if (kind === 5) bytes = joined(bytes.subarray(0, at), bytes.subarray(at - random.int(at + 1)));
    else if (random.next() < 0.5) bytes = bytes.slice(0, at);
  }
  return { bytes, zeros: random.next() < 0.05 ? random.int(32 * 2 ** 20) : 0 };
}

const edge = (random: SeededRandom): bigint => EDGES[random.int(EDGES.length)]!;

function joined(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}

/** The file as a source that counts what is read of it. */
function sourceOf({ bytes, zeros }: Damaged): ByteSource & { readonly counted: () => number } {
  const size = bytes.length + zeros;
  let read = 0;
  return {
    size,
    name: 'damaged.gguf',
    counted: () => read,
    async read(offset, length) {
      if (offset < 0 || length < 0 || offset + length > size) throw new Error(`read outside: ${offset}, ${length}`);
      read += length;
      const part = new Uint8Array(length);
      part.set(bytes.subarray(offset, offset + length));
      return part;
    },
  };
}

const held = (): number => {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
};

export const headers: FuzzPart = {
  name: 'headers',
  about: 'coded errors, every byte read once at most, memory of the order of the file, 2 s',
  milliseconds: 2000,
  async round(seed) {
    const damaged = damage(seededRandom(seed));
    const input = (): string => `${damaged.zeros} zeros after ${Buffer.from(damaged.bytes).toString('base64')}`;
    const source = sourceOf(damaged);
    const before = held();
    const gguf = await coded(input, () => parseGguf(source));
    const grown = held() - before;
    if (grown > BYTES_BESIDES + BYTES_A_BYTE * source.size) throw new Find(`${grown} bytes more are held`, input());
    if (source.counted() > source.size)
      throw new Find(`${source.counted()} bytes of ${source.size} were read`, input());
    if (!gguf) return;
    const config = await coded(input, () => readConfig(gguf));
    if (!config) return;
    const tokenizer = readTokenizer(gguf.metadata, config.vocab);
    if (tokenizer.vocabSize > config.vocab || tokenizer.eosIds.some((id) => id < 0 || id >= config.vocab))
      throw new Find('an id outside the embedding', input());
    await coded(input, () => tokenizer.decode(tokenizer.encode('the <|im_end|> world\n 12', { special: true })));
  },
};

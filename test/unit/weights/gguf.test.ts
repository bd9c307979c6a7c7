import { describe, expect, it } from 'vitest';
import { ModelFileError } from '../../../src/core/errors.ts';
import { blobSource, bytesSource, type ByteSource } from '../../../src/weights/byte-source.ts';
import { parseGguf } from '../../../src/weights/gguf.ts';
import { openNodeFile } from '../../../src/weights/node-file.ts';
import { abortedSignal } from '../../support/aborted.ts';
import { writeGguf, type WriterOptions, type WriterTensor } from '../../support/gguf-writer.ts';
import { failureOf } from '../../support/failure.ts';
import headers from '../../golden/headers.json';
import { seededRandom } from '../../../cases/support/seeded-random.ts';
import { tinyModel } from '../../support/tiny-model.ts';
import { modelPath } from '../../support/model-path.ts';

const f32 = (shape: readonly number[], more: Partial<WriterTensor> = {}): WriterTensor => ({
  type: 'F32',
  shape,
  bytes: new Uint8Array(4 * shape.reduce((a, b) => a * b, 1)).fill(7),
  ...more,
});
const parse = (options: WriterOptions) => parseGguf(bytesSource(writeGguf(options), 'test.gguf'));
const u64 = (value: number | bigint) => [...new Uint8Array(BigUint64Array.of(BigInt(value)).buffer)];
const failure = (work: Promise<unknown>): Promise<ModelFileError> => failureOf(work, ModelFileError);

describe('parseGguf', () => {
  it('reads every kind of metadata value', async () => {
    const { metadata, version } = await parse({
      metadata: {
        'a.u8': { u8: 200 },
        'a.i8': { i8: -5 },
        'a.u16': { u16: 60_000 },
        'a.i16': { i16: -300 },
        'a.u32': { u32: 4_000_000_000 },
        'a.i32': { i32: -7 },
        'a.f32': { f32: 0.5 },
        'a.f64': { f64: 0.1 },
        'a.u64': { u64: 2 ** 40 },
        'a.i64': { i64: -(2 ** 40) },
        'a.huge': { u64: 2n ** 63n },
        'a.true': true,
        'a.text': '\uFEFFgrüße 🙂',
        'a.texts': ['', 'x', 'ы'],
        'a.bools': [true, false],
        'a.floats': Float32Array.of(1.5, -2),
        'a.longs': BigInt64Array.of(-1n),
        'a.nested': { nested: [['a'], Int32Array.of(1, 2)] },
      },
      tensors: {},
    });
    expect(version).toBe(3);
    expect(Object.fromEntries(metadata)).toEqual({
      'a.u8': 200,
      'a.i8': -5,
      'a.u16': 60_000,
      'a.i16': -300,
      'a.u32': 4_000_000_000,
      'a.i32': -7,
      'a.f32': 0.5,
      'a.f64': 0.1,
      'a.u64': 2 ** 40,
      'a.i64': -(2 ** 40),
      'a.huge': 2n ** 63n,
      'a.true': true,
      'a.text': '\uFEFFgrüße 🙂',
      'a.texts': ['', 'x', 'ы'],
      'a.bools': [true, false],
      'a.floats': Float32Array.of(1.5, -2),
      'a.longs': BigInt64Array.of(-1n),
      'a.nested': [['a'], Int32Array.of(1, 2)],
    });
  });

  it('places tensors at absolute offsets, in version 2 and 3 and under any alignment', async () => {
    for (const version of [2, 3]) {
      for (const alignment of [8, 32, 256]) {
        const bytes = writeGguf({
          version,
          alignment,
          metadata: {},
          tensors: { one: f32([3]), two: { type: 'Q4_1', shape: [64, 2], bytes: new Uint8Array(80).fill(9) } },
        });
        // oxlint-disable-next-line no-await-in-loop
        const file = await parseGguf(bytesSource(bytes));
        expect(file).toMatchObject({ version, alignment });
        const two = file.tensors.get('two')!;
        expect(two).toEqual({
          name: 'two',
          type: 'Q4_1',
          shape: [64, 2],
          offset: file.dataOffset + Math.max(alignment, 16),
          byteLength: 80,
        });
        expect(bytes.slice(two.offset, two.offset + 80)).toEqual(new Uint8Array(80).fill(9));
        expect(two.offset + two.byteLength).toBe(bytes.length);
      }
    }
  });

  it('reads the header only, in pieces', async () => {
    const tokens = Array.from({ length: 300_000 }, (_, i) => `token ${i}`);
    const bytes = writeGguf({ metadata: { tokens }, tensors: { big: f32([8 << 20]) } });
    const inner = bytesSource(bytes);
    let read = 0;
    const counting: ByteSource = { ...inner, read: (offset, length) => ((read += length), inner.read(offset, length)) };
    const file = await parseGguf(counting);
    expect(file.metadata.get('tokens')).toEqual(tokens);
    expect(read).toBeLessThan(2 * file.dataOffset);
  });

  it('reads the real model', async () => {
    const source = await openNodeFile(modelPath());
    const { metadata, tensors, dataOffset } = await parseGguf(source);
    await source.close();
    expect(metadata.get('general.architecture')).toBe('llama');
    expect(metadata.get('tokenizer.ggml.tokens')).toHaveLength(49_152);
    expect(metadata.get('tokenizer.ggml.merges')).toHaveLength(48_900);
    expect(tensors.size).toBe(272);
    expect(dataOffset).toBeGreaterThan(1_700_000);
    const last = Math.max(...Array.from(tensors.values(), ({ offset, byteLength }) => offset + byteLength));
    expect(last).toBe(source.size);
  });
});

describe('a file that is not sound', () => {
  const one = { one: f32([8]) };
  const cases: [what: string, code: string, numbers: RegExp, options: WriterOptions][] = [
    ['a foreign magic', 'gguf-not-gguf', /50 4b 03 04/, { metadata: {}, tensors: one, magic: 'PK\u0003\u0004' }],
    ['a few bytes', 'gguf-not-gguf', /10 bytes/, { metadata: {}, tensors: one, truncateTo: 10 }],
    ['version 1', 'gguf-version', /version 1\b/, { metadata: {}, tensors: one, version: 1 }],
    ['version 4', 'gguf-version', /version 4\b/, { metadata: {}, tensors: one, version: 4 }],
    ['big endian', 'gguf-version', /big-endian/, { metadata: {}, tensors: one, version: 0x0300_0000 }],
    ['a huge tensor count', 'gguf-corrupt', /1000000 tensors/, { metadata: {}, tensors: one, tensorCount: 1_000_000 }],
    [
      'a 64-bit tensor count',
      'gguf-corrupt',
      /18446744073709551615/,
      { metadata: {}, tensors: one, tensorCount: 2n ** 64n - 1n },
    ],
    ['a huge key count', 'gguf-corrupt', /70000 metadata keys/, { metadata: {}, tensors: one, keyCount: 70_000 }],
    ['more tensors than bytes', 'gguf-truncated', /60000 tensors/, { metadata: {}, tensors: one, tensorCount: 60_000 }],
    [
      'a duplicate key',
      'gguf-corrupt',
      /"a" appears twice/,
      {
        metadata: [
          ['a', 'x'],
          ['a', 'y'],
        ],
        tensors: one,
      },
    ],
    ['an empty key', 'gguf-corrupt', /empty name/, { metadata: [['', 'x']], tensors: one }],
    [
      'arrays nested too deep',
      'gguf-corrupt',
      /4 deep/,
      {
        metadata: { deep: { nested: [{ nested: [{ nested: [{ nested: [['x']] }] }] }] } },
        tensors: one,
      },
    ],
    [
      'a cut header',
      'gguf-truncated',
      /has 60 bytes/,
      { metadata: { key: 'a long value, longer than the file' }, tensors: one, truncateTo: 60 },
    ],
    [
      'an alignment of 24',
      'gguf-corrupt',
      /alignment is 24/,
      { metadata: { 'general.alignment': { u32: 24 } }, tensors: one },
    ],
    [
      'an alignment of 0',
      'gguf-corrupt',
      /alignment is 0/,
      { metadata: { 'general.alignment': { u32: 0 } }, tensors: one },
    ],
    [
      'an alignment that is text',
      'gguf-corrupt',
      /alignment is 32/,
      { metadata: { 'general.alignment': '32' }, tensors: one },
    ],
    [
      'a duplicate tensor',
      'gguf-corrupt',
      /"one" appears twice/,
      {
        metadata: {},
        tensors: [
          ['one', f32([8])],
          ['one', f32([8])],
        ],
      },
    ],
    ['an empty tensor name', 'gguf-corrupt', /empty name/, { metadata: {}, tensors: { '': f32([8]) } }],
    ['a long tensor name', 'gguf-corrupt', /65 bytes/, { metadata: {}, tensors: { ['n'.repeat(65)]: f32([8]) } }],
    ['no dimensions', 'gguf-corrupt', /0 dimensions/, { metadata: {}, tensors: { one: f32([8], { dims: [] }) } }],
    [
      'five dimensions',
      'gguf-corrupt',
      /5 dimensions/,
      { metadata: {}, tensors: { one: f32([8], { dims: [8, 1, 1, 1, 1] }) } },
    ],
    [
      'a dimension of 0',
      'gguf-corrupt',
      /Dimension 1 .* is 0/,
      { metadata: {}, tensors: { one: f32([8], { dims: [8, 0] }) } },
    ],
    [
      'dimensions beyond 2^53',
      'gguf-corrupt',
      /4503599627370496/,
      { metadata: {}, tensors: { one: f32([8], { dims: [2n ** 52n, 4] }) } },
    ],
    [
      'a row that is no multiple of the block',
      'gguf-corrupt',
      /33 weights .*multiples of 32/,
      {
        metadata: {},
        tensors: { one: { type: 'Q8_0', shape: [33], bytes: new Uint8Array(68) } },
      },
    ],
    [
      'an unsupported type',
      'gguf-tensor-type',
      /"one" .* IQ4_XS/,
      { metadata: {}, tensors: { one: f32([8], { typeId: 23 }) } },
    ],
    [
      'an unknown type',
      'gguf-tensor-type',
      /"one" .* number 99/,
      { metadata: {}, tensors: { one: f32([8], { typeId: 99 }) } },
    ],
    [
      'a misaligned offset',
      'gguf-tensor-range',
      /"one" has the offset 16/,
      { metadata: {}, tensors: { one: f32([8], { offset: 16 }) } },
    ],
    [
      'overlapping tensors',
      'gguf-tensor-range',
      /"one" .* and "two" .* overlap/,
      { metadata: {}, tensors: { one: f32([16]), two: f32([8], { offset: 32 }) } },
    ],
    [
      'a tensor past the end',
      'gguf-truncated',
      /"one" ends at byte 100, but test.gguf has only 96 bytes/,
      { metadata: {}, tensors: { one: f32([8], { dims: [9] }) } },
    ],
    [
      'an offset past the end',
      'gguf-truncated',
      /"one" ends at byte/,
      { metadata: {}, tensors: { one: f32([8], { offset: 2 ** 50 }) } },
    ],
    [
      'a 64-bit offset',
      'gguf-corrupt',
      /offset of tensor "one" is 9223372036854775808/,
      { metadata: {}, tensors: { one: f32([8], { offset: 2n ** 63n }) } },
    ],
  ];
  it.each(cases)('%s: %s', async (_what, code, numbers, options) => {
    const error = await failure(parse(options));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(numbers);
  });

  /** A file with one key "k" whose value is the given raw bytes. */
  const withValue = (raw: readonly number[], padding = 200): Uint8Array => {
    const head = [0x47, 0x47, 0x55, 0x46, 3, 0, 0, 0, ...u64(0), ...u64(1), ...u64(1), 0x6b];
    return Uint8Array.from([...head, ...raw, ...new Uint8Array(padding)]);
  };
  it.each<[string, string, RegExp, readonly number[]]>([
    ['an unknown value type', 'gguf-corrupt', /unknown type 13/, [13, 0, 0, 0]],
    ['an unknown element type', 'gguf-corrupt', /unknown type 99/, [9, 0, 0, 0, 99, 0, 0, 0, ...u64(1)]],
    ['a boolean of 2', 'gguf-corrupt', /value 2/, [7, 0, 0, 0, 2]],
    ['a string longer than the file', 'gguf-truncated', /"k"/, [8, 0, 0, 0, ...u64(1_000_000)]],
    ['a string of 2^63 bytes', 'gguf-corrupt', /9223372036854775808/, [8, 0, 0, 0, ...u64(2n ** 63n)]],
    ['a string that is not UTF-8', 'gguf-corrupt', /not UTF-8/, [8, 0, 0, 0, ...u64(2), 0xc3, 0x28]],
    [
      'an array longer than the file',
      'gguf-truncated',
      /4000000000 numbers/,
      [9, 0, 0, 0, 4, 0, 0, 0, ...u64(4_000_000_000)],
    ],
    ['2^52 strings', 'gguf-truncated', /4503599627370496 values/, [9, 0, 0, 0, 8, 0, 0, 0, ...u64(2 ** 52)]],
    ['2^52 arrays', 'gguf-truncated', /4503599627370496 values/, [9, 0, 0, 0, 9, 0, 0, 0, ...u64(2 ** 52)]],
  ])('%s', async (_what, code, numbers, raw) => {
    const error = await failure(parseGguf(bytesSource(withValue(raw))));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(numbers);
  });

  it('refuses a header of more than 256 MiB before reading it', async () => {
    const start = withValue([9, 0, 0, 0, 4, 0, 0, 0, ...u64(2 ** 30)], 0);
    let most = 0;
    const source: ByteSource = {
      size: 2 ** 40,
      name: 'huge.gguf',
      read: async (_offset, length) => {
        most = Math.max(most, length);
        const bytes = new Uint8Array(length);
        bytes.set(start);
        return bytes;
      },
    };
    const error = await failure(parseGguf(source));
    expect(error.code).toBe('gguf-corrupt');
    expect(error.message).toContain('268435456');
    expect(most).toBeLessThanOrEqual(2 ** 20);
  });

  /** A file of zeros after these bytes, and what was read of it. */
  function zerosAfter(start: Uint8Array, zeros: number): { source: ByteSource; read: number } {
    const counted = { source: { size: start.length + zeros, name: 'zeros.gguf', read }, read: 0 };
    async function read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
      const bytes = new Uint8Array(length);
      bytes.set(start.subarray(offset, offset + length));
      counted.read += length;
      return bytes;
    }
    return counted;
  }
  const ofZeros = (id: string) => {
    const { hex, zeros } = headers.cases.find((each) => each.id === id)!;
    return zerosAfter(
      Uint8Array.from(hex.match(/../g)!, (byte) => Number.parseInt(byte, 16)),
      zeros,
    );
  };

  it.each([
    ['8M empty strings', /more than 2097152 array elements/],
    ['8M empty arrays', /more than 65536 arrays in arrays/],
  ])('refuses %s before their bytes are read', async (id, message) => {
    const counted = ofZeros(id);
    const error = await failure(parseGguf(counted.source));
    expect(error).toMatchObject({ code: 'gguf-corrupt' });
    expect(error.message).toMatch(message);
    expect(counted.read).toBeLessThanOrEqual(2 ** 20);
  });

  it('reads 250 MB of numbers once', async () => {
    const counted = ofZeros('250M bytes');
    const { metadata } = await parseGguf(counted.source);
    expect(metadata.get('k')).toHaveLength(262_144_000);
    expect(counted.read).toBe(counted.source.size);
  });

  it('bounds what all keys hold together, and every string', async () => {
    /** Two keys, each an array of so many elements that are zeros. */
    const twoArrays = (type: number, count: number, size: number): ByteSource => {
      const key = (name: string): number[] => [...u64(1), name.charCodeAt(0), 9, 0, 0, 0, type, 0, 0, 0, ...u64(count)];
      const zeros = new Uint8Array(count * size);
      const start = [...new TextEncoder().encode('GGUF'), 3, 0, 0, 0, ...u64(0), ...u64(2)];
      return blobSource(
        new Blob([Uint8Array.from([...start, ...key('a')]), zeros, Uint8Array.from(key('b')), zeros]),
        'two.gguf',
      );
    };
    expect((await failure(parseGguf(twoArrays(7, 1_100_000, 1)))).message).toMatch(
      /more than 2097152 array elements, reached in "b"/,
    );
    expect((await failure(parseGguf(twoArrays(9, 40_000, 12)))).message).toMatch(
      /more than 65536 arrays in arrays, reached in "b"/,
    );
    const text = await failure(parseGguf(bytesSource(withValue([8, 0, 0, 0, ...u64(2 ** 24 + 1)], 2 ** 24 + 1))));
    expect(text.message).toMatch(/16777217 bytes. At most 16777216/);
    const count = 3_000_000;
    const booleans = bytesSource(withValue([9, 0, 0, 0, 7, 0, 0, 0, ...u64(count)], count));
    expect((await failure(parseGguf(booleans))).message).toMatch(/more than 2097152 array elements/);
  });

  it('gives way to others while it reads many strings', async () => {
    const source = bytesSource(writeGguf({ metadata: { a: Array.from({ length: 200_000 }, () => '') }, tensors: {} }));
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    await parseGguf(source);
    clearInterval(timer);
    expect(turns).toBeGreaterThan(1);
  });

  it('stops when it is aborted', async () => {
    const work = parseGguf(bytesSource(tinyModel()), abortedSignal());
    await expect(work).rejects.toMatchObject({ code: 'aborted' });
  });
});

describe('random damage', () => {
  it('either parses or throws a ModelFileError', async () => {
    const sound = tinyModel({ layers: 1, hidden: 32, qHeads: 2, kvHeads: 1, ffn: 32, vocab: 300 });
    const { dataOffset } = await parseGguf(bytesSource(sound));
    const random = seededRandom(42);
    let parsed = 0;
    const codes = new Map<string, number>();
    for (let round = 0; round < 3000; round++) {
      let bytes = sound.slice();
      // Low positions hold the counts and lengths, so half of the damage goes there.
      const reach = random.next() < 0.5 ? 200 : dataOffset;
      const flips = 1 + random.int(4);
      for (let i = 0; i < flips; i++)
        bytes[random.int(reach)] = random.next() < 0.5 ? random.int(256) : 255 * random.int(2);
      if (random.next() < 0.2) bytes = bytes.slice(0, random.int(bytes.length));
      try {
        // oxlint-disable-next-line no-await-in-loop
        await parseGguf(bytesSource(bytes));
        parsed++;
      } catch (error) {
        if (!(error instanceof ModelFileError)) throw error;
        codes.set(error.code, (codes.get(error.code) ?? 0) + 1);
      }
    }
    expect(parsed).toBeGreaterThan(100);
    expect([...codes.keys()].toSorted()).toEqual([
      'gguf-corrupt',
      'gguf-not-gguf',
      'gguf-tensor-range',
      'gguf-tensor-type',
      'gguf-truncated',
      'gguf-version',
    ]);
  });
});

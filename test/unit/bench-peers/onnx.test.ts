import { describe, expect, it } from 'vitest';
import { halvesOrder } from '../../../bench/peers/convert/llama-onnx.ts';
import { MICROSOFT, OnnxGraph } from '../../../bench/peers/convert/onnx.ts';
import { varint, type Encoded } from '../../../bench/peers/convert/protobuf.ts';

type Field = { readonly field: number; readonly value: bigint | Uint8Array };

const bytesOf = ({ parts }: Encoded): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));

/** The fields of a message, read by the wire format's own rules. */
function fieldsOf(bytes: Uint8Array): Field[] {
  const fields: Field[] = [];
  let at = 0;
  const number = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++]!;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  const take = (length: number): Uint8Array => bytes.subarray(at, (at += length));
  while (at < bytes.length) {
    const key = Number(number());
    const kind = key & 7;
    fields.push({ field: key >> 3, value: kind === 0 ? number() : take(kind === 5 ? 4 : Number(number())) });
  }
  return fields;
}

const all = (bytes: Uint8Array, field: number): Uint8Array[] =>
  fieldsOf(bytes).flatMap(({ field: found, value }) => (found === field && value instanceof Uint8Array ? [value] : []));
const texts = (bytes: Uint8Array, field: number): string[] =>
  all(bytes, field).map((value) => new TextDecoder().decode(value));
const numbers = (bytes: Uint8Array, field: number): number[] =>
  fieldsOf(bytes).flatMap(({ field: found, value }) =>
    found === field && typeof value === 'bigint' ? [Number(BigInt.asIntN(64, value))] : [],
  );

describe('varint', () => {
  it('writes seven bits a byte, lowest first, and negative numbers in ten bytes', () => {
    expect([...varint(0)]).toEqual([0]);
    expect([...varint(300)]).toEqual([0xac, 2]);
    expect([...varint(-1)]).toEqual([...Array<number>(9).fill(255), 1]);
  });
});

describe('an ONNX graph', () => {
  const graph = new OnnxGraph();
  graph.input('x', 'int64', ['batch', 3]);
  graph.constant('weights', [2, 2], Float32Array.of(1, -2, 0.5, 4));
  graph.node('Thing', ['x', '', 'weights'], ['y', ''], {
    domain: MICROSOFT,
    attributes: { axis: -1, epsilon: 0.25 },
    floats: ['epsilon'],
  });
  graph.output('y', 'float32', ['batch', 1]);
  const encoded = graph.encode('test');
  const model = bytesOf(encoded);
  const [body] = all(model, 7);

  it('has the length that it tells', () => {
    expect(encoded.length).toBe(model.length);
  });

  it('names the operator sets that it uses', () => {
    expect(all(model, 8).map((set) => [texts(set, 1)[0], numbers(set, 2)[0]])).toEqual([
      ['', 21],
      [MICROSOFT, 1],
    ]);
  });

  it('holds nodes with inputs left out, and attributes of both kinds', () => {
    const [node] = all(body!, 1);
    expect(texts(node!, 1)).toEqual(['x', '', 'weights']);
    expect(texts(node!, 2)).toEqual(['y', '']);
    expect(texts(node!, 4)).toEqual(['Thing']);
    expect(texts(node!, 7)).toEqual([MICROSOFT]);
    const [axis, epsilon] = all(node!, 5);
    expect([texts(axis!, 1), numbers(axis!, 3), numbers(axis!, 20)]).toEqual([['axis'], [-1], [2]]);
    expect(new Float32Array(all(epsilon!, 2)[0]!.slice().buffer)).toEqual(Float32Array.of(0.25));
    expect(numbers(epsilon!, 20)).toEqual([1]);
  });

  it('holds constants as little-endian bytes with their shape', () => {
    const [tensor] = all(body!, 5);
    expect(numbers(tensor!, 1)).toEqual([2, 2]);
    expect(numbers(tensor!, 2)).toEqual([1]);
    expect(texts(tensor!, 8)).toEqual(['weights']);
    expect(new Float32Array(all(tensor!, 9)[0]!.slice().buffer)).toEqual(Float32Array.of(1, -2, 0.5, 4));
  });

  it('tells the types and sizes of what goes in and out', () => {
    const sizes = (value: Uint8Array): (string | number | undefined)[] => {
      const [tensorType] = all(all(value, 2)[0]!, 1);
      const dims = all(all(tensorType!, 2)[0]!, 1);
      return [numbers(tensorType!, 1)[0], ...dims.map((dim) => texts(dim, 2)[0] ?? numbers(dim, 1)[0])];
    };
    expect(all(body!, 11).map(sizes)).toEqual([[7, 'batch', 3]]);
    expect(all(body!, 12).map(sizes)).toEqual([[1, 'batch', 1]]);
  });

  it('refuses two values of one name, data that does not fill its shape, and outputs that nothing makes', () => {
    expect(() => graph.constant('y', [1], Float32Array.of(0))).toThrow('two values called "y"');
    expect(() => graph.constant('short', [3], Float32Array.of(0))).toThrow('its shape asks for 3');
    expect(() => graph.output('z', 'float32', [])).toThrow('no value called "z"');
  });
});

describe('rows of rotary heads', () => {
  it('go from neighbours that turn together to halves that do, head by head', () => {
    const rows = Float32Array.from({ length: 8 }, (_, i) => i);
    expect([...halvesOrder(rows, 2, 4, 1)]).toEqual([0, 2, 1, 3, 4, 6, 5, 7]);
    expect([...halvesOrder(rows, 1, 4, 2)]).toEqual([0, 1, 4, 5, 2, 3, 6, 7]);
  });
});

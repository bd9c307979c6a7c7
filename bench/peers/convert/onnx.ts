/**
 * ONNX models: tensors, nodes and graphs as protocol buffer messages.
 * Field numbers: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3
 */

import { bytesField, floatField, integerField, message, messageField, textField, type Encoded } from './protobuf.ts';

/** Element types by the numbers that ONNX gives them. */
export const ONNX_TYPES = { float32: 1, uint8: 2, int32: 6, int64: 7 } as const;

export type OnnxType = keyof typeof ONNX_TYPES;

export type OnnxData = Float32Array | Uint8Array | Int32Array | BigInt64Array;

/** The domain of ONNX Runtime's own operators. */
export const MICROSOFT = 'com.microsoft';

const OPSET = 21;
const IR_VERSION = 10;
const ATTRIBUTE_FLOAT = 1;
const ATTRIBUTE_INT = 2;

function typeOf(data: OnnxData): OnnxType {
  if (data instanceof Float32Array) return 'float32';
  if (data instanceof Uint8Array) return 'uint8';
  return data instanceof Int32Array ? 'int32' : 'int64';
}

export interface NodeOptions {
  readonly domain?: typeof MICROSOFT;
  /** Numbers that are named in `floats` are written as floats, all others as integers. */
  readonly attributes?: Readonly<Record<string, number>>;
  readonly floats?: readonly string[];
}

/** Collects a graph piece by piece. Every name is given once; inputs of a node may be '' where an optional one is left out. */
export class OnnxGraph {
  readonly #nodes: Encoded[] = [];
  readonly #constants: Encoded[] = [];
  readonly #inputs: Encoded[] = [];
  readonly #outputs: Encoded[] = [];
  readonly #names = new Set<string>();

  #claim(name: string): void {
    if (this.#names.has(name)) throw new Error(`The ONNX graph has two values called "${name}".`);
    this.#names.add(name);
  }

  /** A constant tensor; a shape of [] is a scalar. Returns its name. */
  constant(name: string, shape: readonly number[], data: OnnxData): string {
    const count = shape.reduce((product, size) => product * size, 1);
    if (data.length !== count) throw new Error(`"${name}" holds ${data.length} elements; its shape asks for ${count}.`);
    this.#claim(name);
    this.#constants.push(
      messageField(5, [
        ...shape.map((size) => integerField(1, size)),
        integerField(2, ONNX_TYPES[typeOf(data)]),
        textField(8, name),
        bytesField(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
      ]),
    );
    return name;
  }

  /** A node with the outputs it names; returns the first that has a name. */
  node(op: string, inputs: readonly string[], outputs: readonly string[], options: NodeOptions = {}): string {
    const named = outputs.filter((name) => name !== '');
    for (const name of named) this.#claim(name);
    const { domain, attributes = {}, floats = [] } = options;
    this.#nodes.push(
      messageField(1, [
        ...inputs.map((name) => textField(1, name)),
        ...outputs.map((name) => textField(2, name)),
        textField(3, `${op}_${this.#nodes.length}`),
        textField(4, op),
        ...Object.entries(attributes).map(([name, value]) =>
          messageField(
            5,
            floats.includes(name)
              ? [textField(1, name), floatField(2, value), integerField(20, ATTRIBUTE_FLOAT)]
              : [textField(1, name), integerField(3, value), integerField(20, ATTRIBUTE_INT)],
          ),
        ),
        ...(domain ? [textField(7, domain)] : []),
      ]),
    );
    return named[0] ?? '';
  }

  /** An input of the graph; sizes are numbers, or names of sizes that are only known in a run. */
  input(name: string, type: OnnxType, shape: readonly (number | string)[]): string {
    this.#claim(name);
    this.#inputs.push(messageField(11, valueInfo(name, type, shape)));
    return name;
  }

  /** Makes a node's output an output of the graph. */
  output(name: string, type: OnnxType, shape: readonly (number | string)[]): void {
    if (!this.#names.has(name)) throw new Error(`The ONNX graph has no value called "${name}" to put out.`);
    this.#outputs.push(messageField(12, valueInfo(name, type, shape)));
  }

  /** The whole model file, in pieces. */
  encode(producer: string): Encoded {
    return message([
      integerField(1, IR_VERSION),
      textField(2, producer),
      messageField(7, [...this.#nodes, textField(2, 'model'), ...this.#constants, ...this.#inputs, ...this.#outputs]),
      messageField(8, [textField(1, ''), integerField(2, OPSET)]),
      messageField(8, [textField(1, MICROSOFT), integerField(2, 1)]),
    ]);
  }
}

function valueInfo(name: string, type: OnnxType, shape: readonly (number | string)[]): Encoded[] {
  const sizes = shape.map((size) =>
    messageField(1, [typeof size === 'number' ? integerField(1, size) : textField(2, size)]),
  );
  return [
    textField(1, name),
    messageField(2, [messageField(1, [integerField(1, ONNX_TYPES[type]), messageField(2, sizes)])]),
  ];
}

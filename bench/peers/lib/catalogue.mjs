// Every side there is: Winnow first, then the peers.

/**
 * packages: in lib/packages.mjs; module: in sides/; weights: the form of the model that it reads.
 * @type {readonly { name: string, title: string, where: 'node' | 'browser', packages?: string, module: string,
 *   backend: 'webgpu' | 'wasm' | 'cpu' | 'vulkan', weights: 'gguf' | 'onnx' | 'transformers' | 'mlc', takesText?: boolean }[]}
 */
export const SIDES = [
  { name: 'winnow', title: 'Winnow', where: 'node', module: 'winnow-node', backend: 'webgpu', weights: 'gguf' },
  { name: 'winnow', title: 'Winnow', where: 'browser', module: 'winnow-page', backend: 'webgpu', weights: 'gguf' },
  peer('ort-node-webgpu', 'ONNX Runtime', 'node', 'onnxruntime-node', 'ort-node', 'webgpu', 'onnx'),
  peer('llama-cpp-vulkan', 'llama.cpp', 'node', 'node-llama-cpp', 'llama-cpp', 'vulkan', 'gguf'),
  peer('ort-node-cpu', 'ONNX Runtime', 'node', 'onnxruntime-node', 'ort-node', 'cpu', 'onnx'),
  peer('llama-cpp-cpu', 'llama.cpp', 'node', 'node-llama-cpp', 'llama-cpp', 'cpu', 'gguf'),
  peer('ort-web-webgpu', 'ONNX Runtime Web', 'browser', 'onnxruntime-web', 'ort-web', 'webgpu', 'onnx'),
  peer(
    'transformers-web',
    'transformers.js',
    'browser',
    'transformers-web',
    'transformers-web',
    'webgpu',
    'transformers',
  ),
  { ...peer('wllama-webgpu', 'wllama', 'browser', 'wllama', 'wllama', 'webgpu', 'gguf'), takesText: true },
  { ...peer('webllm', 'WebLLM', 'browser', 'webllm', 'webllm', 'webgpu', 'mlc'), takesText: true },
  peer('ort-web-wasm', 'ONNX Runtime Web', 'browser', 'onnxruntime-web', 'ort-web', 'wasm', 'onnx'),
  { ...peer('wllama-wasm', 'wllama', 'browser', 'wllama', 'wllama', 'wasm', 'gguf'), takesText: true },
];

function peer(name, title, where, packages, module, backend, weights) {
  return { name, title, where, packages, module, backend, weights };
}

/**
 * Winnow and the wanted peers of one place, in the catalogue's order.
 * @param {'node' | 'browser'} where
 * @param {readonly string[] | undefined} wanted names; undefined takes all
 * @throws {Error} when a name is unknown there
 */
export function sidesIn(where, wanted) {
  const there = SIDES.filter((side) => side.where === where);
  const unknown = wanted?.find((name) => !there.some((side) => side.name === name));
  if (unknown !== undefined) {
    const known = there.map(({ name }) => name).filter((name) => name !== 'winnow');
    throw new Error(
      `There is no peer "${unknown}" in ${where === 'node' ? 'Node' : 'the browser'}; there are: ${known.join(', ')}.`,
    );
  }
  return there.filter(({ name }) => name === 'winnow' || !wanted || wanted.includes(name));
}

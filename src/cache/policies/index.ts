/** Every eviction policy, one line each: a line here makes it public and puts it into the registry. */

export { h2o } from './h2o.ts';
export { keyformer } from './keyformer.ts';
export { random } from './random.ts';
export { snapKv } from './snap-kv.ts';
export { streamingLlm } from './streaming-llm.ts';
export { tova } from './tova.ts';

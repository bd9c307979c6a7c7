import { UsageError } from '../../core/errors.ts';
import type { Conversation } from '../../core/api.ts';
import { ceilDiv } from '../../core/invariant.ts';
import { Random } from '../../core/rng.ts';
import { PAGE_SLOTS, pageWords, positionWord, scaleWord, type KvType } from '../../kernels/cache-layout.ts';
import { KV_FORMATS, RANDOM_SCALE } from '../../kernels/kv-formats/index.ts';
import { EngineConversation } from '../conversation/conversation.ts';
import type { Runtime } from '../runtime.ts';
import type { Lease } from '../memory/lease.ts';

/** Random words are drawn once and used again for every page: 4096 are more than any head has. */
const NOISE_WORDS = 4096;

/** Words of small random numbers: a softmax over them is neither flat nor a spike. */
function noise(kv: KvType): Uint32Array<ArrayBuffer> {
  const random = new Random(5);
  const { randomWord } = KV_FORMATS[kv];
  return Uint32Array.from({ length: NOISE_WORDS }, () => randomWord(random.word()));
}

/**
 * Gives a conversation a history of these ids without running them: their keys and values are small random numbers.
 * What it generates then means nothing, but takes as long as after a real history.
 * @throws UsageError for a conversation behind a Worker; MemoryError when the cache cannot hold them
 */
export async function fillHistory(conversation: Conversation, ids: readonly number[]): Promise<void> {
  if (!(conversation instanceof EngineConversation))
    throw new UsageError({
      code: 'usage-option',
      happened: 'The conversation runs behind a Worker.',
      expected: 'Only a conversation of the same thread can be filled.',
      todo: 'Use createEngine inside the Worker that measures.',
    });
  await conversation.assume(ids, (runtime, lease) => fillLease(runtime, lease, ids.length));
}

/** Puts `length` tokens of random keys and values into a lease that holds none. Nothing may be in flight. */
export async function fillLease(runtime: Runtime, lease: Lease, length: number): Promise<void> {
  const { gpu, caches, sequences, plans, config, state, steps } = runtime;
  const { kv, select } = lease.methods;
  await steps.begin(lease);
  try {
    await steps.reserve(lease, length, 'never');
  } catch (error) {
    sequences.release(lease);
    throw error;
  }
  const words = noise(kv);
  config.layers.forEach(({ kvHeads, headDim }, layer) => {
    const { buffer } = caches.of(kv).layer(layer);
    const positionsAt = positionWord(kv, kvHeads, headDim);
    const page = new Uint32Array(pageWords(kv, kvHeads, headDim));
    for (let i = 0; i < positionsAt; i++) page[i] = words[(i * 7 + layer) % NOISE_WORDS]!;
    new Float32Array(page.buffer).fill(RANDOM_SCALE, scaleWord(kv, kvHeads, headDim));
    for (let index = 0; index < ceilDiv(length, PAGE_SLOTS); index++) {
      for (let i = 0; i < kvHeads * PAGE_SLOTS; i++) page[positionsAt + i] = index * PAGE_SLOTS + (i % PAGE_SLOTS);
      gpu.write(buffer, lease.pages[layer]![index]! * page.byteLength, page);
    }
  });
  steps.assume(lease, length);
  const rebuilt = select?.aux.filter(({ rebuild }) => rebuild) ?? [];
  if (rebuilt.length > 0) {
    state.writeLength(lease.sequence!, length);
    const plan = await plans.rebuild(kv, rebuilt, lease.sequence!, length);
    plan.replay();
  }
  sequences.end(lease);
}

import { signal } from '@preact/signals';
import type { Conversation } from 'winnow-llm';
import { messagesFor } from './chat-state.ts';
import { engineState, noteEngineLoss, refreshReport } from './engine-state.ts';
import { memoryCounts } from './memory-counts.ts';
import { describeMethods, type MethodTexts } from './method-settings.ts';
import { samplingOptions } from './page-settings.ts';
import { runAnswer } from './run-answer.ts';
import { inQueue } from './run-queue.ts';
import { EMPTY_ANSWER, type Comparison, type Side, type Turn } from './turn.ts';

/**
 * Answers the question of `turn` twice, one after the other, each in a conversation of its own that starts from nothing:
 * so both read the same prompt whole, and their times can be compared.
 */
export async function compare(turn: Turn, methods: readonly [MethodTexts, MethodTexts]): Promise<void> {
  const sides: Comparison = [makeSide(methods[0]), makeSide(methods[1])];
  const seed = turn.answer.value.seed;
  turn.comparison.value = sides;
  await inQueue(
    async (stopped) => {
      for (const side of sides) {
        if (stopped.aborted) return;
        // oxlint-disable-next-line no-await-in-loop -- beside each other they would share the GPU's time
        await runSide(turn, side, { ...samplingOptions(), ...(seed !== undefined && { seed }), signal: stopped });
      }
    },
    () => sides.forEach(stopSide),
  );
  await refreshReport();
}

const makeSide = (methods: MethodTexts): Side => ({
  methods,
  answer: signal({ ...EMPTY_ANSWER, methods }),
  memory: signal(undefined),
});

function stopSide({ answer }: Side): void {
  const { state } = answer.value;
  if (state === 'waiting' || state === 'streaming') answer.value = { ...answer.value, state: 'stopped' };
}

async function runSide(turn: Turn, side: Side, options: Parameters<typeof runAnswer>[2]): Promise<void> {
  const state = engineState.value;
  if (state.phase !== 'ready') return stopSide(side);
  const chat: Conversation = state.engine.conversation(side.methods);
  try {
    const label = `Answer with ${describeMethods(side.methods)}`;
    await runAnswer(side.answer, (all) => chat.chat(messagesFor(turn), all), options, label);
    if (side.answer.value.state !== 'failed') side.memory.value = memoryCounts(await chat.memory());
  } catch (error) {
    noteEngineLoss(error);
  } finally {
    await chat.dispose().catch(noteEngineLoss);
  }
}

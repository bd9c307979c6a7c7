import { computed, signal } from '@preact/signals';
import type { Conversation, Engine, GenerateOptions, Generation, Message } from 'winnow-llm';
import { sameMethods, type MethodTexts } from './method-settings.ts';
import { engineState, noteEngineLoss } from './engine-state.ts';

/** A conversation of the engine's, and what it was made with. */
export interface OpenConversation {
  readonly engine: Engine;
  readonly methods: MethodTexts;
  readonly value: Conversation;
}

/** The conversation that answers; undefined before the first question. */
export const openConversation = signal<OpenConversation | undefined>(undefined);

/** The same, as long as its engine is there to be asked. */
export const livingConversation = computed(() => {
  const state = engineState.value;
  const open = openConversation.value;
  return state.phase === 'ready' && state.engine === open?.engine ? open : undefined;
});

/** The conversation with these methods: a conversation keeps its methods for life, so that other ones need a new one. */
export function conversationWith(engine: Engine, methods: MethodTexts): Conversation {
  const open = openConversation.value;
  if (open?.engine === engine && sameMethods(open.methods, methods)) return open.value;
  if (open?.engine === engine) closeConversation();
  const value = engine.conversation(methods);
  openConversation.value = { engine, methods, value };
  return value;
}

/** Gives its cache back. */
export function closeConversation(): void {
  void openConversation.value?.value.dispose().catch(noteEngineLoss);
  openConversation.value = undefined;
}

/** Starts the answer to the last of `messages` in the cheapest way that the conversation's own history allows. */
export function answerIn(chat: Conversation, messages: readonly Message[], options: GenerateOptions): Generation {
  const before = messages.slice(0, -1);
  if (equal(chat.messages, before)) return chat.send(messages.at(-1)?.content ?? '', options);
  if (chat.messages.at(-1)?.role === 'assistant' && equal(chat.messages.slice(0, -1), messages))
    return chat.regenerate(options);
  return chat.chat(messages, options);
}

const equal = (a: readonly Message[], b: readonly Message[]): boolean =>
  a.length === b.length &&
  a.every(({ role, content }, index) => role === b[index]?.role && content === b[index]?.content);

import { describe, expect, test } from 'vitest';
import type { Message, TokenizerApi } from '../../../src/core/api.ts';
import { contentText } from '../../../src/core/messages.ts';
import { buildTask, type TaskSettings } from '../../../src/eval/index.ts';
import { idsOf, questionsOf } from '../../../src/eval/task-questions.ts';

const count = (text: string): number => text.split(' ').length;
const built = (settings: Partial<TaskSettings>) =>
  buildTask({ task: 'needle', tokens: 200, depth: 0.25, ...settings }, count);

/** A tokenizer of characters, with a template that marks who speaks. */
const tokenizer = (render: (messages: readonly Message[]) => string): TokenizerApi => ({
  encode: async (text) => Array.from(text, (character) => character.codePointAt(0)!),
  decode: async (ids) => String.fromCodePoint(...ids),
  async applyChatTemplate(messages, { addGenerationPrompt = false, after = '' } = {}) {
    const rendered = `${render(messages)}${addGenerationPrompt ? '<assistant>' : ''}`;
    return { ids: await this.encode(rendered.slice(after.length)), rendered };
  },
});
const marked = tokenizer((messages) =>
  messages.map(({ role, content }) => `<${role}>${contentText(content)}.`).join(''),
);
const text = (ids: readonly number[]): string => String.fromCodePoint(...ids);

describe('questions of a task', () => {
  test('one that stands in the prompt has one prompt', async () => {
    const task = await built({ question: 'before' });
    const [only, ...more] = questionsOf(task);
    expect(more).toEqual([]);
    expect(only).toEqual({
      question: 'before',
      depth: 0.25,
      answer: task.turns[0]!.answer,
      prompts: [task.turns[0]!.messages],
    });
  });

  test('one that comes after meets a context that was read and replied to', async () => {
    const task = await built({ question: 'after' });
    const questions = questionsOf(task);
    expect(questions).toHaveLength(1);
    const [context, reply] = task.turns[0]!.messages;
    expect(questions[0]).toMatchObject({ question: 'after', answer: task.turns[1]!.answer });
    expect(questions[0]!.prompts).toEqual([[context], [context, reply, ...task.turns[1]!.messages]]);
  });

  test('two turns ask twice, the second time behind the first answer and at the opposite depth', async () => {
    const task = await built({ task: 'two-turn' });
    const [first, second] = questionsOf(task);
    expect(first).toMatchObject({ question: 'before', depth: 0.25, answer: task.turns[0]!.answer });
    expect(first!.prompts).toEqual([task.turns[0]!.messages]);
    expect(second).toMatchObject({ question: 'after', depth: 0.75, answer: task.turns[1]!.answer });
    expect(second!.prompts).toEqual([
      task.turns[0]!.messages,
      [...task.turns[0]!.messages, { role: 'assistant', content: task.turns[0]!.answer }, ...task.turns[1]!.messages],
    ]);
  });
});

describe('ids of a question', () => {
  const user = { role: 'user', content: 'a' } as const;
  const question = {
    question: 'after',
    depth: 0,
    answer: '7',
    prompts: [[user], [user, { role: 'assistant', content: 'b' }, { role: 'user', content: 'c' }]],
  } as const;

  test('each prompt adds what the template adds', async () => {
    const { prompts, answer } = await idsOf(question, marked);
    expect(prompts.map(text)).toEqual(['<user>a.<assistant>', 'b.<user>c.<assistant>']);
    expect(text(answer)).toBe('7');
  });

  test('a template that writes earlier turns anew is refused', async () => {
    const anew = tokenizer((messages) => `${messages.length} messages: `);
    await expect(idsOf(question, anew)).rejects.toThrow('writes earlier turns anew');
    expect(await idsOf({ ...question, prompts: [[user]] }, anew)).toMatchObject({ answer: [55] });
  });
});

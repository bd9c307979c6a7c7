import { describe, expect, test } from 'vitest';
import { UsageError } from '../../../src/core/errors.ts';
import { buildGrid, buildTask, depths, isAnswer, SAMPLE_PROSE, type TaskSettings } from '../../../src/eval/index.ts';
import { hide } from '../../../src/eval/context.ts';
import { sentencesOf } from '../../../src/eval/prose.ts';
import { secretNumber, secretWord, uuid } from '../../../src/eval/secrets.ts';
import { Random } from '../../../src/core/rng.ts';

/** A tokenizer like a byte-pair one in that words and marks cost about a token each. */
const count = (text: string): number => text.match(/[A-Za-z]+|\d|\S/g)?.length ?? 0;
const TASKS = ['passkey', 'needle', 'kv-retrieval'] as const;
const all = (settings: TaskSettings) => buildTask(settings, count);
const textOf = (task: Awaited<ReturnType<typeof all>>): string =>
  task.turns.flatMap(({ messages }) => messages.map(({ content }) => content)).join('\n');

describe.each(TASKS)('%s', (task) => {
  test('the same settings give the same task, another seed another answer', async () => {
    const settings = { task, tokens: 700, depth: 0.3, seed: 5 };
    expect(await all(settings)).toEqual(await all(settings));
    const other = await all({ ...settings, seed: 6 });
    expect(other.turns[0]!.answer).not.toBe((await all(settings)).turns[0]!.answer);
  });

  test.each([300, 1000, 3001])('%d tokens are filled and not exceeded', async (tokens) => {
    const made = await all({ task, tokens, depth: 0.5 });
    expect(made.tokens).toBe(count(textOf(made)));
    expect(made.tokens).toBeLessThanOrEqual(tokens);
    expect(made.tokens).toBeGreaterThan(tokens - 150); // The longest sentence of the prose has fewer.
  });

  test.each([0, 0.25, 0.5, 0.8, 1])('the fact lies at depth %d', async (depth) => {
    const made = await all({ task, tokens: 2000, depth });
    const { content } = made.turns[0]!.messages[0]!;
    const context = content.split('\n\n').slice(1, -1).join('\n\n');
    // The middle of what the answer leaves, so that both ends can be reached.
    const at = context.indexOf(made.turns[0]!.answer!) / context.length;
    expect(Math.abs(at - depth)).toBeLessThan(0.05);
  });

  test('the question stands in the prompt, or in a turn after it with the context the same', async () => {
    const before = await all({ task, tokens: 900, depth: 0.5 });
    expect(before.turns).toHaveLength(1);
    const { messages, answer } = before.turns[0]!;
    expect(messages.map(({ role }) => role)).toEqual(['user']);
    const question = messages[0]!.content.split('\n\n').at(-1)!;
    expect(question).toMatch(/\?/);

    const after = await all({ task, tokens: 900, depth: 0.5, question: 'after' });
    expect(after.turns.map((turn) => turn.answer)).toEqual([undefined, answer]);
    expect(after.turns[0]!.messages.map(({ role }) => role)).toEqual(['user', 'assistant']);
    expect(after.turns[0]!.messages[0]!.content).not.toContain(question);
    expect(after.turns[0]!.messages[0]!.content).toContain(answer);
    expect(after.turns[1]!.messages).toEqual([{ role: 'user', content: question }]);
  });

  test('the question does not give the answer away, and the context holds it in one place', async () => {
    const { turns } = await all({ task, tokens: 900, depth: 0.5, question: 'after' });
    expect(turns[1]!.messages[0]!.content).not.toContain(turns[1]!.answer);
    const places = turns[0]!.messages[0]!.content.split(turns[1]!.answer!).length - 1;
    expect(places).toBe(task === 'passkey' ? 2 : 1); // The pass key is said twice in a row.
  });

  test('too few tokens are refused with how many it takes', async () => {
    await expect(all({ task, tokens: 10, depth: 0.5 })).rejects.toThrow(/The task .* got 10 tokens\. .* take \d+\./);
  });
});

test('a needle is a number or a word that the prose does not hold', async () => {
  const prose = `The marigold stood by the door. ${SAMPLE_PROSE}`;
  const number = await all({ task: 'needle', tokens: 600, depth: 0.5, prose });
  expect(number.turns[0]!.answer).toMatch(/^[1-9]\d{4}$/);
  for (let seed = 0; seed < 40; seed++) {
    const { turns } = await all({ task: 'needle', tokens: 600, depth: 0.5, secret: 'word', prose, seed });
    expect(turns[0]!.answer).toMatch(/^[a-z]+$/);
    expect(prose).not.toContain(turns[0]!.answer);
  }
});

test('short prose is repeated', async () => {
  const made = await all({ task: 'needle', tokens: 400, depth: 0.5, prose: 'One sentence. Another one!' });
  expect(textOf(made).split('Another one!').length).toBeGreaterThan(20);
});

test('the two-turn test asks for one fact at once and for another, elsewhere, in a second turn', async () => {
  const made = await all({ task: 'two-turn', tokens: 1500, depth: 0.25 });
  expect(made.turns).toHaveLength(2);
  const [first, second] = made.turns;
  const { content } = first!.messages[0]!;
  expect(content.indexOf(first!.answer!) / content.length).toBeCloseTo(0.25, 1);
  expect(content.indexOf(second!.answer!) / content.length).toBeCloseTo(0.75, 1);
  expect(first!.answer).not.toBe(second!.answer);
  expect(content).not.toContain(second!.messages[0]!.content);
  expect(made.tokens).toBe(count(textOf(made)) + count(first!.answer!));
  await expect(all({ task: 'two-turn', tokens: 900, depth: 0.5, question: 'after' })).rejects.toThrow('by itself');
});

test('a grid has a task for each length and depth, with facts of its own', async () => {
  const grid = await buildGrid({ task: 'needle', seed: 7 }, { tokens: [300, 600], depths: depths(3) }, async (text) =>
    count(text),
  );
  expect(grid.map(({ depth, seed }) => [depth, seed])).toEqual([
    [0, 7],
    [0.5, 8],
    [1, 9],
    [0, 10],
    [0.5, 11],
    [1, 12],
  ]);
  expect(new Set(grid.map(({ turns }) => turns[0]!.answer)).size).toBe(6);
  expect(depths(1)).toEqual([0.5]);
});

test.each([
  [{ task: 'haystack' }, 'task is "haystack"'],
  [{ tokens: 0 }, 'tokens is 0'],
  [{ tokens: 1.5 }, 'tokens is 1.5'],
  [{ depth: -0.1 }, 'depth is -0.1'],
  [{ depth: Number.NaN }, 'depth is NaN'],
  [{ question: 'never' }, 'question is "never"'],
  [{ secret: 'colour' }, 'secret is "colour"'],
  [{ seed: -1 }, 'seed is -1'],
  [{ prose: ' ' }, 'prose is " "'],
])('%j is refused', async (part, happened) => {
  const made = all({ task: 'needle', tokens: 300, depth: 0, ...part } as TaskSettings);
  await expect(made).rejects.toThrow(UsageError);
  await expect(made).rejects.toThrow(happened);
});

test('an answer is found as a word of its own', () => {
  expect(isAnswer('48213', 'It is 48213.')).toBe(true);
  expect(isAnswer('marigold', 'Marigold')).toBe(true);
  expect(isAnswer('48213', '148213')).toBe(false);
  expect(isAnswer('tulip', 'tulips')).toBe(false);
  expect(isAnswer('a.c', 'abc')).toBe(false);
});

test('facts go to the nearest gap, and several keep their order', () => {
  expect(hide(['aa', 'bb', 'cc', 'dd'], [{ depth: 0.5, text: 'X' }])).toEqual(['aa', 'bb', 'X', 'cc', 'dd']);
  expect(
    hide(
      ['aa', 'bb'],
      [
        { depth: 1, text: 'Y' },
        { depth: 0, text: 'X' },
      ],
    ),
  ).toEqual(['X', 'aa', 'bb', 'Y']);
  expect(hide(['a', 'bbbbbbbb'], [{ depth: 0.4, text: 'X' }])).toEqual(['a', 'X', 'bbbbbbbb']);
});

test('sentences end at their marks, and none is lost', () => {
  expect(sentencesOf('He said "No." She left!\n\nWhy? 3.5 is a number.')).toEqual([
    'He said "No."',
    'She left!',
    'Why?',
    '3.5 is a number.',
  ]);
  expect(sentencesOf(SAMPLE_PROSE).join(' ')).toBe(SAMPLE_PROSE.replaceAll(/\s+/g, ' ').trim());
});

test('secrets avoid the text', () => {
  const numbers = Array.from({ length: 1000 }, (_, i) => String(10_000 + 90 * i)).join(' ');
  for (let seed = 0; seed < 50; seed++) expect(numbers).not.toContain(secretNumber(new Random(seed), numbers));
  const words = new Set(Array.from({ length: 200 }, (_, seed) => secretWord(new Random(seed), '')));
  expect(secretWord(new Random(1), [...words].join(' ').toUpperCase())).toMatch(/^\d{5}$/);
  for (let seed = 0; seed < 20; seed++)
    expect(uuid(new Random(seed))).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

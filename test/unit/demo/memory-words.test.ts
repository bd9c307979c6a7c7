import { describe, expect, test } from 'vitest';
import { MemoryWords, tokenOffsets, wordsOf, type Said } from '../../../demo/chat/state/memory-words.ts';

const TEXTS = [
  '<|user|>',
  'Is',
  ' the',
  ' sky',
  ' the',
  ' sea',
  '?',
  '<|end|>',
  'The',
  ' s',
  'ky',
  ' is',
  ' **',
  'the',
  '** sky',
  '.',
];
const WHOLE = TEXTS.join('');
const SAID: readonly Said[] = [
  { turn: 0, part: 'question', text: 'Is the sky the sea?\n' },
  { turn: 0, part: 'answer', text: 'The sky is **the** sky.' },
  { turn: 1, part: 'question', text: 'never said' },
];
const words = new MemoryWords(WHOLE, TEXTS, SAID);

describe('the word of a token', () => {
  test.each([
    [1, { turn: 0, part: 'question', word: 'Is', nth: 0 }],
    [2, { turn: 0, part: 'question', word: 'the', nth: 0 }],
    [4, { turn: 0, part: 'question', word: 'the', nth: 1 }],
    [8, { turn: 0, part: 'answer', word: 'The', nth: 0 }],
    [9, { turn: 0, part: 'answer', word: 'sky', nth: 0 }],
    [10, { turn: 0, part: 'answer', word: 'sky', nth: 0 }],
    [13, { turn: 0, part: 'answer', word: 'the', nth: 0 }],
    [14, { turn: 0, part: 'answer', word: 'sky', nth: 1 }],
  ])('%i', (token, place) => expect(words.placeOf(token)).toEqual(place));

  test.each([0, 6, 7, 12, 15, 16, 99])('token %i stands for no word', (token) => {
    expect(words.placeOf(token)).toBeUndefined();
  });
});

describe('the token of a word', () => {
  test('each word leads to the token that it begins in', () => {
    for (const token of [1, 2, 3, 4, 5, 8, 9, 11, 13, 14]) expect(words.tokenOf(words.placeOf(token)!)).toBe(token);
    expect(words.tokenOf(words.placeOf(10)!)).toBe(9);
  });

  test('a word that was never said has none', () => {
    expect(words.tokenOf({ turn: 0, part: 'answer', word: 'sky', nth: 2 })).toBeUndefined();
    expect(words.tokenOf({ turn: 1, part: 'question', word: 'said', nth: 0 })).toBeUndefined();
  });
});

test('the same question asked again has its words where it was asked again', () => {
  const twice = ['Why', '?', ' So', '.', 'Why', '?', ' Yes'];
  const again = new MemoryWords(twice.join(''), twice, [
    { turn: 0, part: 'question', text: 'Why?' },
    { turn: 0, part: 'answer', text: 'So.' },
    { turn: 1, part: 'question', text: 'Why?' },
  ]);
  expect(again.tokenOf({ turn: 1, part: 'question', word: 'Why', nth: 0 })).toBe(4);
  expect(again.placeOf(4)).toEqual({ turn: 1, part: 'question', word: 'Why', nth: 0 });
});

test('a character that several tokens share begins with the first, and what follows is found again', () => {
  expect(tokenOffsets('a\u{1F600} b', ['a', '\uFFFD', '\uFFFD', ' b'])).toEqual([0, 1, 1, 3]);
});

test('words are letters, digits and underscores of any script', () => {
  expect(wordsOf('déjà vu, déjà_2 日本')).toEqual([
    { word: 'déjà', at: 0, nth: 0 },
    { word: 'vu', at: 5, nth: 0 },
    { word: 'déjà_2', at: 9, nth: 0 },
    { word: '日本', at: 16, nth: 0 },
  ]);
});

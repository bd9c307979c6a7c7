import { describe, expect, test } from 'vitest';
import { scoreWindows, highest } from '../../src/engine/measure/score.ts';
import { SlotAllocator } from '../../src/engine/memory/slot-allocator.ts';
import { OWN, renderedChat, type RenderedChat } from '../../src/tokenizer/rendered-chat.ts';
import { commonLength, Transcript } from '../../src/engine/conversation/transcript.ts';

describe('scoreWindows', () => {
  test('one window scores every target', () => {
    expect(scoreWindows(512, 512, 256)).toEqual([{ start: 0, end: 512, firstTarget: 1 }]);
  });
  test('later windows score their last stride targets', () => {
    expect(scoreWindows(2048, 1024, 512)).toEqual([
      { start: 0, end: 1024, firstTarget: 1 },
      { start: 512, end: 1536, firstTarget: 1024 },
      { start: 1024, end: 2048, firstTarget: 1536 },
    ]);
  });
  test('a short last window scores what is left, and every target is scored once', () => {
    const windows = scoreWindows(1100, 512, 256);
    const targets = windows.flatMap(({ firstTarget, end }) =>
      Array.from({ length: end - firstTarget }, (_, i) => firstTarget + i),
    );
    expect(targets).toEqual(Array.from({ length: 1099 }, (_, i) => i + 1));
  });
  test('a stride as long as the window leaves each window’s first token without a target', () => {
    const windows = scoreWindows(10, 5, 5);
    expect(windows.map(({ firstTarget }) => firstTarget)).toEqual([1, 6]);
  });
});

test('highest gives ties to the lower id', () => {
  expect(highest([1, 3, 3, 2], 3)).toEqual([
    [1, 3],
    [2, 3],
    [3, 2],
  ]);
});

test('slots are handed out lowest first, and come back', () => {
  const slots = new SlotAllocator(3);
  expect([slots.take(), slots.take()]).toEqual([0, 1]);
  slots.give(0);
  slots.resize(5);
  expect([slots.take(), slots.take(), slots.free, slots.used]).toEqual([0, 2, 2, 3]);
  expect(() => slots.give(4)).toThrow(/not taken/);
});

describe('Transcript', () => {
  const letters = {
    encodeChat: ({ text }: { readonly text: string }) =>
      Array.from({ length: text.length }, (_, i) => text.charCodeAt(i)),
    decode: (ids: readonly number[]) => String.fromCharCode(...ids),
    isSpecial: (id: number) => id === '#'.charCodeAt(0),
  };
  const chat = (...spans: readonly (string | readonly [given: string])[]): RenderedChat =>
    renderedChat(
      spans.map((span) => (typeof span === 'string' ? { text: span, given: false } : { text: span[0], given: true })),
      '',
    );
  const ids = (text: string): number[] => letters.encodeChat({ text });
  test('only the new part of a longer chat is tokenised', () => {
    const encoded: string[] = [];
    const transcript = new Transcript({
      ...letters,
      encodeChat: (part) => (encoded.push(part.text), letters.encodeChat(part)),
    });
    transcript.prompt(chat('<u>', ['hi'], '<a>'));
    transcript.answered(ids('yo.#'));
    const next = transcript.prompt(chat('<u>', ['hi'], '<a>', ['yo.'], '#<u>', ['and'], '<a>'));
    expect(encoded).toEqual(['<u>hi<a>', '<u>and<a>']);
    expect(letters.decode(next)).toBe('<u>hi<a>yo.#<u>and<a>');
  });
  test('the same text from another hand is not the same chat', () => {
    const encoded: string[] = [];
    const transcript = new Transcript({
      ...letters,
      encodeChat: (part) => (encoded.push(part.text), letters.encodeChat(part)),
    });
    transcript.prompt(chat('<u>', ['hi'], '<a>'));
    transcript.answered(ids('yo#'));
    transcript.prompt(chat('<u>', ['hi<a>']));
    transcript.prompt(chat('<u>', ['hi'], '<a>'));
    transcript.answered(ids('yo#'));
    transcript.prompt(chat('<u>', ['hi'], '<a>', ['yo#'], 'end'));
    expect(encoded).toEqual(['<u>hi<a>', '<u>hi<a>', '<u>hi<a>', 'yo#end']);
  });
  test('what was prompted without a template stands before no chat', () => {
    const transcript = new Transcript(letters);
    transcript.prompt(chat('<u>', ['hi'], '<a>'));
    transcript.answered(ids('yo#'));
    transcript.forget();
    expect(letters.decode(transcript.prompt(chat('<u>', ['hi'], '<a>')))).toBe('<u>hi<a>');
  });
  test("the template's own marker is one, though the model spelt it out there and the caller cut that off", () => {
    const marked = {
      ...letters,
      // '#' is a marker where the template writes it, and a letter where the model does.
      encodeChat: ({ text, origins }: RenderedChat) =>
        ids(text).map((id, i) => (text[i] === '#' && origins[i] === OWN ? 1000 : id)),
      decode: (list: readonly number[]) => letters.decode(list.map((id) => (id === 1000 ? '#'.charCodeAt(0) : id))),
      isSpecial: (id: number) => id === 1000,
    };
    const transcript = new Transcript(marked);
    transcript.prompt(chat('<u>', ['hi'], '<a>'));
    transcript.answered(ids('yo#<u>'));
    const next = transcript.prompt(chat('<u>', ['hi'], '<a>', ['yo'], '#<u>', ['and'], '<a>'));
    expect(next.filter((id) => id === 1000)).toHaveLength(1);
    // What the template writes anew without a marker stays as the model wrote it.
    transcript.answered(ids('x</t>y'));
    const last = transcript.prompt(
      chat('<u>', ['hi'], '<a>', ['yo'], '#<u>', ['and'], '<a>', ['x'], '</t>', ['y'], '#<u>', ['z'], '<a>'),
    );
    expect(last.slice(0, next.length)).toEqual(next);
    expect(marked.decode(last)).toBe('<u>hi<a>yo#<u>and<a>x</t>y#<u>z<a>');
  });
  test('an edit goes back to the last place where text and ids meet', () => {
    const transcript = new Transcript(letters);
    transcript.prompt(chat('one'));
    transcript.answered(ids('two'));
    const edited = transcript.prompt(chat('onetXo'));
    expect(letters.decode(edited)).toBe('onetXo');
    expect(commonLength(edited, ids('onetwo'))).toBe(4);
  });
});

import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../src/core/errors.ts';
import { createTokenizer } from '../../../src/tokenizer/from-gguf.ts';
import { StreamDecoder } from '../../../src/tokenizer/stream-decoder.ts';
import { thrownBy, tinyMetadata } from './support.ts';

// Ids 0 to 255 are bytes, 256 is special.
const tokenizer = createTokenizer(tinyMetadata({ control: ['<e>'] }));
const run = (text: string, stop: string[]): { pieces: string[]; stopped: boolean; rest: string } => {
  const stream = new StreamDecoder(tokenizer, { stop });
  const pieces: string[] = [];
  let stopped = false;
  for (const id of tokenizer.encode(text)) {
    const piece = stream.push(id);
    pieces.push(piece.text);
    stopped = piece.stopped;
  }
  return { pieces, stopped, rest: stream.flush().text };
};

describe('StreamDecoder', () => {
  it('holds the bytes of an unfinished character back', () => {
    expect(run('aé😀', [])).toEqual({ pieces: ['a', '', 'é', '', '', '', '😀'], stopped: false, rest: '' });
  });

  it('gives U+FFFD for what the end cuts off', () => {
    const stream = new StreamDecoder(tokenizer);
    expect(stream.push(0xf0)).toEqual({ text: '', stopped: false });
    expect(stream.flush().text).toBe('\uFFFD');
    expect(stream.flush().text).toBe('');
  });

  it('keeps a byte order mark', () => {
    expect(run('\uFEFFa', []).pieces.join('')).toBe('\uFEFFa');
  });

  it('ends before a stop string that spans tokens, and stays ended', () => {
    expect(run('hi END more', ['END'])).toEqual({
      pieces: ['h', 'i', ' ', '', '', '', '', '', '', '', ''],
      stopped: true,
      rest: '',
    });
  });

  it('gives what looked like a stop string and was none', () => {
    expect(run('ENEND', ['END']).pieces).toEqual(['', '', 'EN', '', '']);
    expect(run('EN', ['END'])).toEqual({ pieces: ['', ''], stopped: false, rest: 'EN' });
  });

  it('takes the stop string that is complete first, wherever tokens end', () => {
    const whole = createTokenizer(tinyMetadata({ userDefined: ['xabcdy'] }));
    const stop = ['abcd', 'bc'];
    expect(new StreamDecoder(whole, { stop }).push(256)).toEqual({ text: 'xa', stopped: true });
    expect(run('xabcdy', stop).pieces.join('')).toBe('xa');
    expect(run('xabc', ['c', 'abc']).pieces.join('')).toBe('x');
  });

  it('finds a stop string of a character in several tokens', () => {
    expect(run('a😀b', ['😀'])).toEqual({ pieces: ['a', '', '', '', '', ''], stopped: true, rest: '' });
  });

  it('shows or hides special tokens', () => {
    expect(new StreamDecoder(tokenizer).push(256).text).toBe('<e>');
    expect(new StreamDecoder(tokenizer, { skipSpecial: true }).push(256)).toEqual({ text: '', stopped: false });
  });

  it('refuses empty stop strings and unknown ids', () => {
    expect(thrownBy(() => new StreamDecoder(tokenizer, { stop: ['a', ''] }))).toMatchObject({ code: 'usage-option' });
    expect(thrownBy(() => new StreamDecoder(tokenizer).push(999))).toBeInstanceOf(UsageError);
  });
});

import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { guardOutputs, writeFailed } from '../../../src/cli/process-streams.ts';

const failure = (code: string): Error => Object.assign(new Error(`${code}: it failed`), { code });

function fakeProcess() {
  const written: string[] = [];
  const exits: (number | undefined)[] = [];
  const stdout = new EventEmitter();
  const stderr = Object.assign(new EventEmitter(), { write: (text: string) => written.push(text) });
  guardOutputs({ stdout, stderr, exit: (code) => exits.push(code) });
  return { stdout, stderr, written, exits };
}

describe('outputs that fail', () => {
  it('a reader of the results that left ends the command quietly', () => {
    const { stdout, written, exits } = fakeProcess();
    stdout.emit('error', failure('EPIPE'));
    expect({ written, exits }).toEqual({ written: [], exits: [undefined] });
  });

  it.each([
    ['ENOSPC', 'storage-full'],
    ['EIO', 'storage-unavailable'],
  ])('%s of the results ends it with one line and status 1, once', (code, coded) => {
    const { stdout, written, exits } = fakeProcess();
    stdout.emit('error', failure(code));
    stdout.emit('error', failure(code));
    expect(exits).toEqual([1]);
    expect(written).toHaveLength(1);
    expect(written[0]).toMatch(new RegExp(`^error: [^\\n]*\\[${coded}\\]\\n$`));
  });

  it('messages that nobody reads are dropped, whatever the reason', () => {
    const { stderr, written, exits } = fakeProcess();
    for (const code of ['EPIPE', 'ENOSPC', 'EIO']) stderr.emit('error', failure(code));
    expect({ written, exits }).toEqual({ written: [], exits: [] });
  });

  it('says what to do: make room, or go elsewhere', () => {
    expect(writeFailed('it', failure('EDQUOT')).message).toMatch(/Make room.*\[storage-full\]/);
    expect(writeFailed('it', failure('EACCES')).message).toMatch(/another place.*\[storage-unavailable\]/);
    expect(writeFailed('it', 'odd').code).toBe('storage-unavailable');
  });
});

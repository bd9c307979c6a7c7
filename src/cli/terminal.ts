/** The process around the command: files, streams, Ctrl-C. Tests give another. */

import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { buffer } from 'node:stream/consumers';
import { StorageError } from '../core/errors.ts';
import { guardOutputs, writeFailed } from './process-streams.ts';

/** Lines that a person types, or that stand in a pipe. */
export interface LineReader {
  /** The next line, or undefined at the end of input. */
  next(): Promise<string | undefined>;
  close(): void;
}

export interface Terminal {
  /** Results. */
  out(text: string): void;
  /** Everything else. */
  err(text: string): void;
  /** Whether `err` is a screen, where a line can be written over. */
  readonly isScreen: boolean;
  /** A file's bytes; '-' is the standard input. */
  readBytes(path: string): Promise<Uint8Array>;
  /** Writes a file whole or not at all. @throws StorageError */
  writeText(path: string, text: string): Promise<void>;
  /** Calls back on each Ctrl-C until the returned function is called. */
  onInterrupt(listener: () => void): () => void;
  /** Reads lines; on a screen it asks with the prompt. */
  readLines(prompt: string): LineReader;
  /** Ends the process at once. */
  exit(code: number): void;
}

export function processTerminal(): Terminal {
  const listeners = new Set<() => void>();
  const interrupt = (): void => {
    for (const listener of listeners) listener();
  };
  guardOutputs(process);
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    isScreen: process.stderr.isTTY,
    readBytes: (path) => (path === '-' ? buffer(process.stdin) : readFile(path)),
    writeText,
    onInterrupt(listener) {
      if (listeners.size === 0) process.on('SIGINT', interrupt);
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) process.off('SIGINT', interrupt);
      };
    },
    readLines: (prompt) => readLines(prompt, interrupt),
    exit: (code) => process.exit(code),
  };
}

async function writeText(path: string, text: string): Promise<void> {
  const part = `${path}.${process.pid}.part`;
  try {
    await writeFile(part, text);
    await rename(part, path);
  } catch (cause) {
    await rm(part, { force: true }).catch(() => {});
    throw writeFailed(`the file ${path}`, cause);
  }
}

/** The prompt goes to stderr, so that stdout holds answers only. */
function readLines(prompt: string, interrupt: () => void): LineReader {
  const reader = createInterface({
    input: process.stdin,
    output: process.stderr,
    terminal: process.stdin.isTTY && process.stderr.isTTY,
  });
  const lines: string[] = [];
  let wake: (() => void) | undefined;
  let ended = false;
  let failure: StorageError | undefined;
  reader.setPrompt(process.stdin.isTTY ? prompt : '');
  reader.on('line', (line) => {
    lines.push(line);
    wake?.();
  });
  reader.on('close', () => {
    ended = true;
    wake?.();
  });
  process.stdin.once('error', (cause) => {
    failure = new StorageError({
      code: 'storage-read',
      happened: `The standard input cannot be read (${cause.message}).`,
      expected: 'A screen, a file or a pipe with lines of text was expected.',
      todo: 'Give it another input.',
      cause,
    });
    reader.close();
  });
  // While it reads a screen it takes Ctrl-C itself, and the process gets no signal.
  reader.on('SIGINT', interrupt);
  return {
    async next() {
      if (lines.length === 0 && !ended) {
        reader.prompt();
        await new Promise<void>((resolve) => (wake = resolve));
        wake = undefined;
      }
      if (lines.length === 0 && failure) throw failure;
      return lines.shift();
    },
    close: () => reader.close(),
  };
}

import { readMethodTexts } from './method-settings.ts';
import type { Answer } from './turn.ts';

/** What survives a reload of the tab; another tab has its own. */
export interface Session {
  readonly turns: readonly { readonly question: string; readonly answer: Answer }[];
  readonly draft: string;
}

const KEY = 'winnow-chat';
const NUMBERS = ['timeToFirstTokenMs', 'tokensPerSecond', 'promptTokens', 'cachedTokens', 'seed'] as const;

export function writeSession(session: Session): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(session));
  } catch {
    // Full or forbidden storage: the conversation then lasts as long as the page.
  }
}

/** Reads it back; anything that does not look like a session is dropped. */
export function readSession(): Session {
  try {
    const stored: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? '{}');
    if (!isRecord(stored)) return { turns: [], draft: '' };
    const turns = Array.isArray(stored['turns']) ? stored['turns'].flatMap(readTurn) : [];
    return { turns, draft: typeof stored['draft'] === 'string' ? stored['draft'] : '' };
  } catch {
    return { turns: [], draft: '' };
  }
}

function readTurn(stored: unknown): Session['turns'] {
  if (!isRecord(stored) || typeof stored['question'] !== 'string') return [];
  const old = isRecord(stored['answer']) ? stored['answer'] : {};
  // An answer that was still running when the page went away was cut off there.
  const state = old['state'] === 'done' || old['state'] === 'length' ? old['state'] : 'stopped';
  const text = typeof old['text'] === 'string' ? old['text'] : '';
  const tokens = typeof old['tokens'] === 'number' ? old['tokens'] : 0;
  const numbers = NUMBERS.flatMap((name) => (typeof old[name] === 'number' ? [[name, old[name]]] : []));
  const methods = readMethodTexts(old['methods']);
  return [{ question: stored['question'], answer: { state, text, tokens, methods, ...Object.fromEntries(numbers) } }];
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

import { expect, test } from 'vitest';
import { figures } from '../../../demo/chat/state/answer-figures.ts';

test('an answer that was stopped before its first token tells no time to it', () => {
  const stopped = { state: 'stopped', text: '', tokens: 0, timeToFirstTokenMs: 0, tokensPerSecond: 0 } as const;
  expect(figures(stopped).join()).not.toContain('first token');
  expect(figures({ ...stopped, tokens: 1, timeToFirstTokenMs: 12 }).join()).toContain('first token 12 ms');
});

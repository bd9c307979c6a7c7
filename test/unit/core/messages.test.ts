import { expect, it } from 'vitest';
import type { Message } from '../../../src/core/api.ts';
import { copiedMessages } from '../../../src/core/messages.ts';

it('a copy of messages is of plain objects, whatever the caller keeps them in, and nobody else has it', () => {
  const calls = [{ function: { name: 'sky' } }];
  const kept: Message = { role: 'assistant', content: [{ type: 'text', text: 'a' }], tool_calls: calls };
  const given = new Proxy([new Proxy(kept, {})], {});
  const copied = copiedMessages(given);
  expect(copied).toEqual([kept]);
  expect(structuredClone(copied)).toEqual(copied);
  calls[0]!.function.name = 'sea';
  expect(copied[0]!.tool_calls).toEqual([{ function: { name: 'sky' } }]);
});

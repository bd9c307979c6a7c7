import { describe, expect, test } from 'vitest';
import { createChatTemplate } from '../../../src/tokenizer/chat-template.ts';
import { createTokenizer } from '../../../src/tokenizer/from-gguf.ts';
import { bytesSource } from '../../../src/weights/byte-source.ts';
import { parseGguf } from '../../../src/weights/gguf.ts';
import { goldenFile, goldenNetworks } from '../../support/golden-network.ts';
import { tinyMetadata } from './support.ts';

const spoken = goldenNetworks.filter(({ texts }) => texts !== undefined);

describe.each(spoken.map((golden) => [golden.name, golden] as const))('the tokenizer of %s', (_name, golden) => {
  const { texts = [], chats = [] } = golden;
  const opened = parseGguf(bytesSource(goldenFile(golden)));

  test('gives the ids of texts, plain and with special tokens', async () => {
    const tokenizer = createTokenizer((await opened).metadata);
    for (const { text, plain, special } of texts) {
      expect(tokenizer.encode(text), JSON.stringify(text)).toEqual(plain);
      expect(tokenizer.encode(text, { special: true, bos: true }), JSON.stringify(text)).toEqual(special);
    }
  });

  test.skipIf(chats.length === 0)('gives the ids of chats', async () => {
    const { metadata } = await opened;
    const tokenizer = createTokenizer(metadata);
    const template = createChatTemplate(metadata, tokenizer)!;
    for (const { messages, rendered, ids } of chats) {
      const chat = template.render(messages as Parameters<typeof template.render>[0]);
      expect(chat.text).toBe(rendered);
      expect(tokenizer.encodeChat(chat)).toEqual(ids);
      expect(tokenizer.encode(rendered, { special: true })).toEqual(ids);
    }
  });
});

test('a marker that a template makes of a role is a marker; the same in a message is text', () => {
  const metadata = tinyMetadata({
    control: ['<|user|>'],
    extra: {
      'tokenizer.chat_template': "{% for m in messages %}{{ '<|' + m['role'] + '|>' + m['content'] }}{% endfor %}",
    },
  });
  const tokenizer = createTokenizer(metadata);
  const template = createChatTemplate(metadata, tokenizer)!;
  const ids = tokenizer.encodeChat(template.render([{ role: 'user', content: '<|user|>' }]));
  expect(ids).toEqual([256, ...tokenizer.encode('<|user|>')]);
});

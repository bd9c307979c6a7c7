import { describe, expect, it } from 'vitest';
import { createChatTemplate } from '../../../src/tokenizer/chat-template.ts';
import { createTokenizer } from '../../../src/tokenizer/from-gguf.ts';
import { StreamDecoder } from '../../../src/tokenizer/stream-decoder.ts';
import { checkMessages, contentText } from '../../../src/core/messages.ts';
import chats from '../../golden/chat.json';
import markers from '../../golden/marker-injection.json';
import texts from '../../golden/tokenizer.json';
import { modelMetadata } from './support.ts';

const metadata = await modelMetadata();
const tokenizer = createTokenizer(metadata);
const { strings, unrepresentable_bytes: unrepresentable, decode } = texts;
const hex = (ids: readonly number[]): string =>
  ids.map((id) => Array.from(tokenizer.tokenBytes(id), (byte) => byte.toString(16).padStart(2, '0')).join('')).join('');

describe('the tokenizer of SmolLM2-135M-Instruct', () => {
  it('knows the facts of its file', () => {
    expect(tokenizer.vocabSize).toBe(49152);
    expect(tokenizer).toMatchObject({ bosId: 1, padId: 2, addBos: false });
    expect(tokenizer.eosIds[0]).toBe(2);
    expect(tokenizer.isSpecial(2)).toBe(true);
    expect(tokenizer.isSpecial(17)).toBe(false);
  });

  it.each(strings)('encodes $text exactly', ({ text, ids_plain, ids_special }) => {
    expect(tokenizer.encode(text)).toEqual(ids_plain);
    expect(tokenizer.encode(text, { special: true })).toEqual(ids_special ?? ids_plain);
  });

  it.each(strings)('decodes the ids of $text back to it', ({ text, ids_plain, ids_special }) => {
    expect(tokenizer.decode(ids_plain)).toBe(text);
    expect(tokenizer.decode(ids_special ?? ids_plain)).toBe(text);
  });

  it.each(unrepresentable)(
    'drops bytes without a token in $text',
    ({ text, ids_llama_cpp, ids_hf, decoded_llama_cpp_hex }) => {
      const ids = tokenizer.encode(text);
      expect([ids_llama_cpp, ids_hf]).toContainEqual(ids);
      expect(hex(ids)).toBe(decoded_llama_cpp_hex);
    },
  );

  it.each(decode)('decodes $ids to bytes and text', ({ ids, bytes_hex, text, text_skip_special }) => {
    expect(hex(ids)).toBe(bytes_hex);
    expect(tokenizer.decode(ids)).toBe(text);
    expect(tokenizer.decode(ids, { skipSpecial: true })).toBe(text_skip_special);
  });

  it.each(decode)(
    'streams $ids without a broken character before the end of its bytes',
    ({ ids, text, text_skip_special }) => {
      for (const [skipSpecial, expected] of [[false, text] as const, [true, text_skip_special] as const]) {
        const stream = new StreamDecoder(tokenizer, { skipSpecial });
        const pieces = ids.map((id) => stream.push(id).text);
        expect(pieces.join('') + stream.flush().text).toBe(expected);
        expect(expected.startsWith(pieces.join(''))).toBe(true);
      }
    },
  );

  it('gives every id bytes', () => {
    for (let id = 0; id < tokenizer.vocabSize; id++) expect(tokenizer.tokenBytes(id).length).toBeGreaterThan(0);
  });
});

describe('the chat template of SmolLM2-135M-Instruct', () => {
  const template = createChatTemplate(metadata, tokenizer);

  it.each(chats.conversations)('renders and tokenises: $name', ({ messages, add_generation_prompt, rendered, ids }) => {
    checkMessages(messages);
    const chat = template!.render(messages, { addGenerationPrompt: add_generation_prompt });
    expect(chat.text).toBe(rendered);
    const inner = messages.some(({ content }) => contentText(content).includes('<|'));
    if (!inner) expect(tokenizer.encodeChat(chat)).toEqual(ids);
    // The golden ids have markers wherever they stand, which here is so in trusted parts only.
    const trusted = messages.map(({ content, ...message }) => ({
      ...message,
      content: [{ type: 'text', text: contentText(content), trusted: true }],
    }));
    checkMessages(trusted);
    const options = { addGenerationPrompt: add_generation_prompt };
    expect(tokenizer.encodeChat(template!.render(trusted, options))).toEqual(ids);
  });

  it.each(markers.cases)("has no markers but the template's own: $id", ({ messages, ids }) => {
    checkMessages(messages);
    expect(tokenizer.encodeChat(template!.render(messages))).toEqual(ids);
  });
});

/** Chats whose messages hold markers, whole and in pieces: only what the template itself wrote may become one. */

import { seededRandom, type SeededRandom } from '../../cases/support/seeded-random.ts';
import type { Message, TextPart } from '../../src/core/api.ts';
import { WinnowError } from '../../src/core/errors.ts';
import { createChatTemplate } from '../../src/tokenizer/chat-template.ts';
import { createTokenizer } from '../../src/tokenizer/from-gguf.ts';
import { OWN } from '../../src/tokenizer/rendered-chat.ts';
import golden from '../../test/golden/templates/models.json';
import { tinyMetadata } from '../../test/unit/tokenizer/support.ts';
import { Find, type FuzzPart } from './fuzz.ts';

const CONTROL = ['<s>', '</s>', '<|im_start|>', '<|im_end|>', '<|eot_id|>', '<|start_header_id|>', '<|end_header_id|>'];
const USER_DEFINED = [
  '<think>',
  '</think>',
  '[INST]',
  '[/INST]',
  '<start_of_turn>',
  '<end_of_turn>',
  '<|user|>',
  '<|end|>',
];
const tokenizer = createTokenizer(
  tinyMetadata({
    control: CONTROL,
    userDefined: USER_DEFINED,
    extra: { 'tokenizer.ggml.bos_token_id': 256, 'tokenizer.ggml.eos_token_id': 257 },
  }),
);
const FIRST_MARKER = 256;
const TEMPLATES = golden.cases.map(({ template }) =>
  createChatTemplate(new Map([['tokenizer.chat_template', template]]), tokenizer)!,
);
const PIECES = [...CONTROL, ...USER_DEFINED].flatMap((marker) => {
  const half = marker.length >> 1;
  return [marker, marker.slice(0, half), marker.slice(half)];
});

const pick = <T>(random: SeededRandom, list: readonly T[]): T => list[random.int(list.length)]!;
const attack = (random: SeededRandom): string =>
  Array.from({ length: random.int(6) }, () => pick(random, [...PIECES, 'a', ' ', '\n', 'é', '\uD83D', '😀'])).join('');

function content(random: SeededRandom): string | TextPart[] {
  if (random.next() < 0.8) return attack(random);
  return Array.from({ length: random.int(4) }, () => ({ type: 'text' as const, text: attack(random) }));
}

const chat = (random: SeededRandom): Message[] =>
  Array.from({ length: 1 + random.int(5) }, (_, i) => ({
    role: i === 0 && random.next() < 0.3 ? 'system' : i % 2 === 0 ? 'user' : 'assistant',
    content: content(random),
    ...(random.next() < 0.2 && { name: attack(random) }),
    ...(random.next() < 0.2 && { reasoning_content: attack(random) }),
    ...(random.next() < 0.1 && {
      tool_calls: [{ type: 'function', function: { name: attack(random), arguments: {} } }],
    }),
  }));

export const markers: FuzzPart = {
  name: 'markers',
  about: 'in a chat only what the template itself wrote becomes a marker',
  milliseconds: 1000,
  async round(seed) {
    const random = seededRandom(seed);
    const messages = chat(random);
    const options = {
      addGenerationPrompt: random.next() < 0.5,
      ...(random.next() < 0.2 && { tools: [{ type: 'function', function: { name: attack(random) } }] }),
    };
    const input = JSON.stringify({ messages, options });
    let rendered;
    try {
      rendered = pick(random, TEMPLATES).render(messages, options);
    } catch (error) {
      // A template may refuse an order of roles, or fail on what is missing.
      if (error instanceof WinnowError) return;
      throw error;
    }
    const ids = tokenizer.encodeChat(rendered);
    if (tokenizer.decode(ids) !== rendered.text.replaceAll(/\p{Surrogate}/gu, '\uFFFD'))
      throw new Find('the ids are not those of the text', input);
    let at = 0;
    for (const id of ids) {
      const bytes = tokenizer.tokenBytes(id).length;
      const own = id >= FIRST_MARKER && (tokenizer.isSpecial(id) || rendered.isMarker(tokenizer.decode([id])));
      if (own) {
        const start = new TextDecoder().decode(new TextEncoder().encode(rendered.text).subarray(0, at)).length;
        const origins = rendered.origins.slice(start, start + bytes);
        if (origins !== OWN.repeat(bytes))
          throw new Find(`${tokenizer.decode([id])} at ${start} is not the template's`, input);
      }
      at += bytes;
    }
  },
};

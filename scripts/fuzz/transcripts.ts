/** Conversations of several turns: their ids are those of the rendered chat, whoever wrote, cut off or changed what. */

import { seededRandom, type SeededRandom } from '../../cases/support/seeded-random.ts';
import type { Message } from '../../src/core/api.ts';
import { contentText } from '../../src/core/messages.ts';
import { Transcript } from '../../src/engine/conversation/transcript.ts';
import { createChatTemplate } from '../../src/tokenizer/chat-template.ts';
import { createTokenizer } from '../../src/tokenizer/from-gguf.ts';
import { StreamDecoder } from '../../src/tokenizer/stream-decoder.ts';
import { tinyMetadata } from '../../test/unit/tokenizer/support.ts';
import { Find, type FuzzPart } from './fuzz.ts';

const tokenizer = createTokenizer(
  tinyMetadata({
    control: ['<s>', '</s>', '<|im_start|>', '<|im_end|>'],
    userDefined: ['<think>', '</think>', '<h1>'],
    extra: { 'tokenizer.ggml.bos_token_id': 256, 'tokenizer.ggml.eos_token_id': 259 },
  }),
);
const LAST_ID = tokenizer.vocabSize - 1;
const turns = (assistant: string, begin = ''): string =>
  `{% for m in messages %}<|im_start|>{{ m.role }}\n{% if m.role == 'assistant' %}${assistant}{% else %}{{ m.content }}{% endif %}<|im_end|>\n{% endfor %}{{ '<|im_start|>assistant\n${begin}' }}`;
/** Answers as they were, trimmed, without what was thought, and with it written anew. */
const TEMPLATES = [
  turns('{{ m.content }}'),
  `<s>${turns('{{ m.content | trim }}', '<think>')}`,
  turns("{{ m.content.split('</think>')[-1].lstrip('\n') }}"),
  turns(
    "<think>{{ m.content.split('</think>')[0].split('<think>')[-1] }}</think>{{ m.content.split('</think>')[-1] }}",
  ),
].map((source) => createChatTemplate(new Map([['tokenizer.chat_template', source]]), tokenizer)!);

const PIECES = [
  '<|im_end|>',
  '<|im_',
  'end|>',
  '<|im_start|>',
  '<think>',
  '</think>',
  'a',
  '\n',
  ' ',
  '<s>',
  '<h1>',
  'é',
];
const pick = <T>(random: SeededRandom, list: readonly T[]): T => list[random.int(list.length)]!;
const someText = (random: SeededRandom): string =>
  Array.from({ length: 1 + random.int(4) }, () => pick(random, PIECES)).join('');

/** What callers do to a history between turns. */
const CHANGES: readonly ((messages: readonly Message[], random: SeededRandom) => readonly Message[])[] = [
  (messages) => messages.slice(0, -2),
  () => [],
  (messages, random) => messages.map((one) => (random.next() < 0.4 ? { ...one, content: someText(random) } : one)),
  // An answer is cut where a marker begins that the model spelt out, whole or in part.
  (messages, random) => {
    const marker = pick(random, ['<|im_end|>', '<|im_']);
    return messages.map((one) =>
      one.role === 'assistant' ? { ...one, content: contentText(one.content).split(marker)[0]! } : one,
    );
  },
];

/** Ids as a model may draw them: words, markers spelt out, markers, bytes that are no character. */
function drawn(random: SeededRandom): { readonly ids: readonly number[]; readonly text: string } {
  const decoder = new StreamDecoder(tokenizer, { skipSpecial: true });
  const ids: number[] = [];
  let text = '';
  for (let left = random.int(5); left > 0; left--)
    for (const id of random.next() < 0.7 ? tokenizer.encode(pick(random, PIECES)) : [random.int(LAST_ID + 1)]) {
      ids.push(id);
      if (tokenizer.eosIds.includes(id)) return { ids, text: text + decoder.flush().text };
      text += decoder.push(id).text;
    }
  return { ids, text: text + decoder.flush().text };
}

const specials = (ids: readonly number[]): string => ids.filter((id) => tokenizer.isSpecial(id)).join();

export const transcripts: FuzzPart = {
  name: 'transcripts',
  about: "the ids of a conversation are its text's, and its markers those that the template writes",
  milliseconds: 1000,
  async round(seed) {
    const random = seededRandom(seed);
    const template = pick(random, TEMPLATES);
    const transcript = new Transcript(tokenizer);
    const log: unknown[] = [];
    let messages: readonly Message[] = [];
    for (let turn = 0; turn < 4; turn++) {
      if (random.next() < 0.1) transcript.forget();
      if (random.next() < 0.4) messages = pick(random, CHANGES)(messages, random);
      messages = [...messages, { role: 'user', content: someText(random) }];
      const chat = template.render(messages);
      const ids = transcript.prompt(chat);
      log.push({ messages, ids });
      if (tokenizer.decode(ids) !== chat.text) throw new Find('the ids are not those of the text', JSON.stringify(log));
      if (specials(ids) !== specials(tokenizer.encodeChat(chat)))
        throw new Find("the markers are not the template's", JSON.stringify(log));
      const answer = drawn(random);
      transcript.answered(answer.ids);
      log.push(answer);
      messages = [...messages, { role: 'assistant', content: answer.text }];
    }
  },
};

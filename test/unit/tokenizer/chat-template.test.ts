import { describe, expect, it } from 'vitest';
import { ModelFileError, UsageError } from '../../../src/core/errors.ts';
import type { Message } from '../../../src/core/api.ts';
import { createChatTemplate } from '../../../src/tokenizer/chat-template.ts';
import { createTokenizer } from '../../../src/tokenizer/from-gguf.ts';
import { checkMessages } from '../../../src/core/messages.ts';
import { formatTime } from '../../../src/tokenizer/strftime.ts';
import { thrownBy, tinyMetadata } from './support.ts';

const tokenizer = createTokenizer(
  tinyMetadata({
    control: ['<s>', '</s>'],
    extra: { 'tokenizer.ggml.bos_token_id': 256, 'tokenizer.ggml.eos_token_id': 257 },
  }),
);
const user: Message[] = [{ role: 'user', content: 'Hi' }];
const render = (
  template: string,
  messages: readonly Message[] = user,
  addGenerationPrompt = true,
): string | undefined =>
  createChatTemplate(new Map([['tokenizer.chat_template', template]]), tokenizer)?.render(messages, {
    addGenerationPrompt,
  });

describe('the chat template', () => {
  it('is absent when the file has none', () => {
    expect(createChatTemplate(new Map(), tokenizer)).toBeUndefined();
  });

  it('sees messages, tokens and whether a prompt is wanted', () => {
    const template =
      '{{ bos_token }}{% for m in messages %}{{ m.role }}:{{ m.content }}{{ eos_token }}{% endfor %}{{ add_generation_prompt }}';
    expect(render(template)).toBe('<s>user:Hi</s>true');
    expect(render(template, user, false)).toBe('<s>user:Hi</s>false');
  });

  it('leaves content as it is, also when it looks like a template', () => {
    const content = ' {{ bos_token }} \n';
    expect(render('[{{ messages[0].content }}]', [{ role: 'user', content }])).toBe(`[${content}]`);
  });

  it('has range and strftime_now', () => {
    expect(render('{% for i in range(3) %}{{ i }}{% endfor %}|{% for i in range(5, 0, -2) %}{{ i }}{% endfor %}')).toBe(
      '012|531',
    );
    expect(render("{{ strftime_now('%Y') }}")).toMatch(/^\d{4}$/);
    expect(formatTime(new Date(2026, 6, 4, 5, 6, 7), '%d %b %Y %B %A %y-%m %H:%M:%S %%')).toBe(
      '04 Jul 2026 July Saturday 26-07 05:06:07 %',
    );
  });

  it('may refuse messages: an error of the caller', () => {
    const error = thrownBy(() => render("{{ raise_exception('roles must alternate') }}"));
    expect(error).toBeInstanceOf(UsageError);
    expect(error).toMatchObject({ code: 'usage-messages' });
    expect(String(error)).toContain('roles must alternate');
  });

  it.each([
    ['not a text', 7],
    ['too long', 'x'.repeat(200_000)],
    ['mostly white space', `{{ 1 }}${' \n'.repeat(50_000)}`],
  ])('is refused when it is %s', (_, template) => {
    const make = (): unknown => createChatTemplate(new Map([['tokenizer.chat_template', template]]), tokenizer);
    expect(thrownBy(make)).toMatchObject({ code: 'model-template' });
  });

  it.each([
    ['broken syntax', '{% for m in messages %}'],
    ['deep nesting', `{{ ${'('.repeat(60_000)}1${')'.repeat(60_000)} }}`],
    ['an unknown filter', '{{ messages | nonsense }}'],
    ['an unknown time directive', "{{ strftime_now('%Q') }}"],
    ['a huge range', '{% for i in range(1000000000) %}{% endfor %}'],
    ['an endless range', '{% for i in range(0, 1, 0) %}{% endfor %}'],
    ['many nested loops', '{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}'],
    ['endless recursion', '{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}'],
    [
      'recursion that branches',
      '{% macro f(n) %}{% if n > 0 %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(60) }}',
    ],
    [
      'a text that doubles',
      "{% set n = namespace(s='xxxxxxxx') %}{% for i in range(60) %}{% set n.s = n.s ~ n.s %}{% endfor %}{{ n.s }}",
    ],
    ['output without end', `{% for i in range(9000) %}${'x'.repeat(1000)}{% endfor %}`],
    [
      'a list that holds itself many times',
      '{% set n = namespace(a=[1]) %}{% for i in range(60) %}{% set n.a = [n.a, n.a] %}{% endfor %}{{ n.a | tojson }}',
    ],
    [
      'a list that doubles',
      '{% set n = namespace(a=[1]) %}{% for i in range(60) %}{% set n.a = n.a + n.a %}{% endfor %}{{ n.a | length }}',
    ],
    ['a namespace in a list', '{% set n = namespace() %}{% set n.a = [n, n] %}{{ n.a | tojson }}'],
  ])('fails, and does not hang, on %s', (_, template) => {
    const error = thrownBy(() => render(template));
    expect(error).toBeInstanceOf(ModelFileError);
    expect(error).toMatchObject({ code: 'model-template' });
  });

  it('grows with the messages: long ones are no attack', () => {
    const content = 'x'.repeat(3_000_000);
    expect(render('{{ messages[0].content }}', [{ role: 'user', content }])).toHaveLength(content.length);
  });

  it('checks messages before it renders', () => {
    expect(thrownBy(() => render('x', []))).toMatchObject({ code: 'usage-messages' });
  });

  it.each([
    ['no array', {}],
    ['none', []],
    ['no object', ['Hi']],
    ['null', [null]],
    ['an unknown role', [{ role: 'tool', content: '' }]],
    ['no role', [{ content: '' }]],
    ['no content', [{ role: 'user' }]],
    ['content that is no text', [{ role: 'user', content: [{ type: 'text', text: 'x' }] }]],
  ])('refuses messages that are %s', (_, messages) => {
    expect(thrownBy(() => checkMessages(messages))).toMatchObject({ code: 'usage-messages' });
  });
});

import { describe, expect, it } from 'vitest';
import { ModelFileError, UsageError } from '../../../src/core/errors.ts';
import type { Message } from '../../../src/core/api.ts';
import { createChatTemplate } from '../../../src/tokenizer/chat-template.ts';
import { createTokenizer } from '../../../src/tokenizer/from-gguf.ts';
import { checkMessages } from '../../../src/core/messages.ts';
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
  }).text;

describe('the chat template', () => {
  it('is absent when the file has none', () => {
    expect(createChatTemplate(new Map(), tokenizer)).toBeUndefined();
  });

  it('sees messages, tokens and whether a prompt is wanted', () => {
    const template =
      '{{ bos_token }}{% for m in messages %}{{ m.role }}:{{ m.content }}{{ eos_token }}{% endfor %}{{ add_generation_prompt }}';
    expect(render(template)).toBe('<s>user:Hi</s>True');
    expect(render(template, user, false)).toBe('<s>user:Hi</s>False');
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
  ])('is refused when it is %s', (_, template) => {
    const make = (): unknown => createChatTemplate(new Map([['tokenizer.chat_template', template]]), tokenizer);
    expect(thrownBy(make)).toMatchObject({ code: 'model-template' });
  });

  it.each([
    ['broken syntax', '{% for m in messages %}'],
    ['deep nesting', `{{ ${'('.repeat(60_000)}1${')'.repeat(60_000)} }}`],
    ['an unknown filter', '{{ messages | nonsense }}'],
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

  it('says what it cannot do, and in which line', () => {
    const error = thrownBy(() => render("{{ 1 }}\n{{ 'a'.translate({}) }}"));
    expect(error).toMatchObject({ code: 'model-template' });
    expect(String(error)).toContain("needs what this library cannot do in line 2: 'str.translate' is not supported.");
  });

  describe('is one of several', () => {
    const named = (entries: Readonly<Record<string, string>>) =>
      createChatTemplate(
        new Map(Object.entries(entries).map(([name, source]) => [`tokenizer.chat_template${name}`, source])),
        tokenizer,
      )!;

    it('the plain one by default, also beside one that is named default', () => {
      const template = named({ '.default': 'named', '': 'plain', '.rag': 'documents' });
      expect(template.names).toEqual(['default', 'rag']);
      expect(template.render(user).text).toBe('plain');
      expect(template.render(user, { template: 'rag' }).text).toBe('documents');
    });

    it('the one for tools where tools are given', () => {
      const template = named({ '.default': 'plain', '.tool_use': '{{ tools[0].name }}' });
      expect(template.render(user).text).toBe('plain');
      expect(template.render(user, { tools: [{ name: 'sky' }] }).text).toBe('sky');
      expect(template.render(user, { tools: [{ name: 'sky' }], template: 'default' }).text).toBe('plain');
    });

    it('and an error names them where the wanted one is missing', () => {
      const template = named({ '.tool_use': 'x', '.rag': 'y' });
      const error = thrownBy(() => template.render(user));
      expect(error).toMatchObject({ code: 'usage-option' });
      expect(String(error)).toContain('It has tool_use, rag.');
    });

    it('and an empty one is none', () => {
      expect(createChatTemplate(new Map([['tokenizer.chat_template', '']]), tokenizer)).toBeUndefined();
    });
  });

  it('grows with the messages: long ones are no attack', () => {
    const content = 'x'.repeat(3_000_000);
    expect(render('{{ messages[0].content }}', [{ role: 'user', content }])).toHaveLength(content.length);
  });

  it('gives the template all fields of a message', () => {
    const message = {
      role: 'assistant',
      content: 'x',
      name: 'n',
      reasoning_content: 'because',
      tool_calls: [{ function: { name: 'f', arguments: { a: 1.5 } } }],
      plan: ['p'],
    } as const;
    const template =
      '{% set m = messages[0] %}{{ m.name }} {{ m.reasoning_content }} {{ m.tool_calls[0].function | tojson }} {{ m.plan[0] }}';
    expect(render(template, [message])).toBe('n because {"name": "f", "arguments": {"a": 1.5}} p');
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
    ['content that is no text', [{ role: 'user', content: 5 }]],
    ['a part that is no text', [{ role: 'user', content: [{ type: 'image_url', image_url: {} }] }]],
    ['a part with more than text', [{ role: 'user', content: [{ type: 'text', text: 'x', cache: 1 }] }]],
    ['a part trusted by a text', [{ role: 'user', content: [{ type: 'text', text: 'x', trusted: 'yes' }] }]],
    ['trusted as a whole', [{ role: 'user', content: 'x', trusted: true }]],
    ['a name that is no text', [{ role: 'user', content: 'x', name: 5 }]],
    ['calls that are no list', [{ role: 'assistant', content: 'x', tool_calls: {} }]],
    ['a function', [{ role: 'user', content: 'x', run: () => 1 }]],
    ['a list with a hole', Array(1)],
  ])('refuses messages that are %s', (_, messages) => {
    expect(thrownBy(() => checkMessages(messages))).toMatchObject({ code: 'usage-messages' });
  });
});

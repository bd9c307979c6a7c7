import { expect, it } from 'vitest';
import { spans } from './render.ts';

const message = (content: string) => [{ role: 'user', content }];
/** Given text in brackets, so that one text shows both. */
const shown = (template: string, content: string): string =>
  spans({ template, messages: message(content) })
    .map(({ text, given }) => (given ? `[${text}]` : text))
    .join('');

it.each([
  ['<u>{{ messages[0].role }}\n{{ messages[0].content }}</u>', 'a', '<u>[user]\n[a]</u>'],
  ["{{ '<u>' + messages[0].content + '</u>' }}", 'a', '<u>[a]</u>'],
  ["{{ '<u>' ~ messages[0].content | trim ~ '</u>' }}", ' a ', '<u>[a]</u>'],
  ["{{ messages[0].content.split('|')[1][1:] + '<e>' }}", 'x|yab', '[ab]<e>'],
  ["{{ messages[0].content.replace('a', '<e>') }}", 'xay', '[x]<e>[y]'],
  ["{{ '<e>%s<e>' % messages[0].content }}{{ '{}<e>'.format(messages[0].content) }}", 'a', '<e>[a]<e>[a]<e>'],
  ["{{ [messages[0].content, '<e>'] | join('|') }}", 'a', '[a]|<e>'],
  ['{{ messages[0] | tojson }}', 'a"', '{"[role]": "[user]", "[content]": "[a\\"]"}'],
  ['{% set x %}<u>{{ messages[0].content }}{% endset %}{{ x | upper }}', 'a', '<U>[A]'],
  ['{% macro f(c) %}<u>{{ c }}{% endmacro %}{{ f(messages[0].content) }}', 'a', '<u>[a]'],
  ['{% filter indent(2) %}<u>\n{{ messages[0].content }}{% endfilter %}', 'a', '<u>\n  [a]'],
  ["{{ messages[0].content.partition('|')[0] ~ messages[0].content * 2 }}", 'a', '[aaa]'],
  ['{{ [messages[0].content] }}', 'a', "['[a]']"],
  ['{{ strftime_now(messages[0].content) }}', 'a', '[a]'],
  ['{{ messages[0].content.encode() }}', 'a', "[b'a']"],
  ["{{ 'a'.encode().decode() ~ messages[0].content.encode().decode() }}", 'a', 'a[a]'],
  ['{{ [1] | tojson(indent=messages[0].content) }}', 'a', '[\n[a]1\n]'],
  ['{{ dict(b=2, **{messages[0].content: 1}) }}', 'a', "{'b': 2, '[a]': 1}"],
  [
    '{% macro f() %}{% for k in kwargs %}{{ k }}{% endfor %}{% endmacro %}{{ f(b=1, **{messages[0].content: 1}) }}',
    'a',
    'b[a]',
  ],
  ['{{ namespace({messages[0].content: 1}, b=2) }}', 'a', "<Namespace {'[a]': 1, 'b': 2}>"],
  ["{{ ('{:' ~ messages[0].content ~ '>3}').format('b') }}", 'a', '[aab]'],
  [
    "{{ 'www.b.com' | urlize(target=messages[0].content) }}",
    'a',
    '[<a href="https://www.b.com" rel="noopener" target="a">www.b.com</a>]',
  ],
  // Where places move, all of a text that holds given characters counts as given.
  ["{{ ('<e>' + messages[0].content) | upper }}", 'ß', '[<E>SS]'],
])('a rendering tells what people wrote from what the template says: %s', (template, content, right) => {
  expect(shown(template, content)).toBe(right);
});

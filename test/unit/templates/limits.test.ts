import { describe, expect, it } from 'vitest';
import { TemplateFault } from '../../../src/templates/fault.ts';
import { render } from './render.ts';

const faultOf = (template: string): TemplateFault => {
  try {
    // Short, so that tests are: what ends them is the same.
    render(template, { milliseconds: 150 });
  } catch (error) {
    if (error instanceof TemplateFault) return error;
    throw error;
  }
  throw new Error('It rendered.');
};

const doubling = (start: string, times: number): string =>
  `{% set ns = namespace(s='${start}') %}{% for i in range(${times}) %}{% set ns.s = ns.s + ns.s %}{% endfor %}`;
const often = (expression: string): string => `{% for i in range(10000) %}{% set x = ${expression} %}{% endfor %}`;

describe('a template that runs long is ended', () => {
  it.each([
    [
      'loops with empty bodies',
      '{% set l = range(10000)|list %}{% set l = l+l+l+l+l+l+l+l+l+l %}{% for a in l %}{% for b in l %}{% endfor %}{% endfor %}',
    ],
    [
      'loops whose condition never holds',
      '{% set l = range(90000)|list %}{% for a in l %}{% for b in l if false %}{% endfor %}{% endfor %}',
    ],
    ['titles of a long text', doubling('a ', 19) + often('ns.s.title()')],
    ['replacements in a long text', doubling('a,', 18) + often("ns.s.replace('a','b')")],
    ['strips of a long text', doubling('aa', 19) + often("ns.s.strip('a')")],
    [
      'searches for a long text that nearly fits',
      `${doubling('aa', 18)}{% set w = 'b' + ns.s[:100000] %}${often('w in ns.s')}`,
    ],
    ['searches from the end', `${doubling('aa', 18)}{% set w = ns.s[:100000] + 'b' %}${often('ns.s.rfind(w)')}`],
    [
      'texts of a list that holds itself many times',
      "{% set ns = namespace(l=['a']) %}{% for i in range(40) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l }}",
    ],
    [
      'equality of such lists',
      "{% set ns = namespace(l=['a'], m=['a']) %}{% for i in range(40) %}{% set ns.l = [ns.l, ns.l] %}{% set ns.m = [ns.m, ns.m] %}{% endfor %}{{ ns.l == ns.m }}",
    ],
    [
      'a number that grows',
      '{% set ns = namespace(n=3) %}{% for i in range(40) %}{% set ns.n = ns.n * ns.n %}{% endfor %}{{ ns.n }}',
    ],
    ['a huge power', '{{ 9 ** 999999999 }}'],
    ['a text times a large number', "{{ 'a' * 999999999999 }}"],
    ['a width', "{{ '%999999999d' % 1 }}"],
    ['a width in braces', "{{ '{:>999999999}'.format('a') }}"],
    ['a centre', "{{ 'a'.center(99999999999) }}"],
    ['tabs', "{{ ('\\t' * 1000).expandtabs(99999999) }}"],
    ['replacing nothing by much', "{{ ('a' * 100000).replace('', 'b' * 100000) }}"],
    ['joining much', "{{ (['a' * 1000] * 9999) | join('b' * 1000) }}"],
    ['sorting by long texts', `${doubling('aa', 16)}{% set l = [ns.s + 'a'] * 90000 %}{{ l | sort | length }}`],
    ['a range', '{{ range(1000000) }}'],
    [
      'many long texts kept',
      `${doubling('a', 20)}{% set k = namespace(l=[]) %}{% for i in range(9999) %}{% set k.l = k.l + [ns.s ~ i] %}{% endfor %}`,
    ],
    ['endless recursion', '{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}'],
    ['recursion of a loop', '{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}'],
    ['brackets', `{{ ${'('.repeat(5000)}1${')'.repeat(5000)} }}`],
    ['statements', `${'{% if 1 %}'.repeat(5000)}${'{% endif %}'.repeat(5000)}`],
    ['signs', `{{ ${'-'.repeat(50_000)}1 }}`],
    ['denials', `{{ ${'not '.repeat(20_000)}1 }}`],
    ['a long row of operations', `{{ ${'1+'.repeat(50_000)}1 }}`],
    [
      'lists within lists',
      '{% set ns = namespace(l=[]) %}{% for i in range(9999) %}{% set ns.l = [ns.l] %}{% endfor %}{{ ns.l }}',
    ],
    ['a namespace in itself', '{% set ns = namespace() %}{% set ns.a = [ns, ns] %}{{ ns }}'],
    ['words to wrap', "{{ ('-' * 1000000) | wordwrap }}"],
    ['addresses to find', "{{ ('a.' * 100000) | urlize }}"],
    ['tags to strip', "{{ ('<a>' * 300000) | striptags }}"],
  ])('%s', (_, template) => {
    expect(faultOf(template).kind).toBe('limit');
  });
});

it('what is allowed is not ended: long messages through ordinary filters', () => {
  const content = ' a<b "c" \n'.repeat(20_000);
  const template =
    "{% for m in messages %}{{ m.content | trim }}{{ m.content.split('<')[-1].strip('\\n') }}{{ m.content | tojson }}{% endfor %}";
  expect(render({ template, messages: [{ role: 'user', content }] })).toContain('a<b');
});

describe('a fault names what and where', () => {
  it.each([
    ["{{ 1 }}\n{{ 'a'.translate({}) }}", 'unsupported', /'str\.translate'/, 2],
    ["\n\n{% include 'x' %}", 'unsupported', /'include'/, 3],
    ['{{ lipsum() }}', 'unsupported', /lipsum/, 1],
    ["a\n{{ [1] | map('upper') }}", 'unsupported', /generator/, 2],
    ["{{ ['a', 'b'] | random }}", 'unsupported', /random/, 1],
    ['\n{{ x | nonsense }}', 'syntax', /'nonsense'/, 2],
    ['{% for x in y %}', 'syntax', /endfor/, 1],
    ['{% do x %}', 'syntax', /'do'/, 1],
    ['{% break %}', 'syntax', /'break'/, 1],
    ['\n{{ foo.bar }}', 'failed', /'foo' is undefined/, 2],
    ["\n\n{{ raise_exception('no') }}", 'raised', /no/, 3],
  ] as const)('%s', (template, kind, message, line) => {
    const fault = faultOf(template);
    expect({ kind: fault.kind, line: fault.line }).toEqual({ kind, line });
    expect(fault.message).toMatch(message);
  });
});

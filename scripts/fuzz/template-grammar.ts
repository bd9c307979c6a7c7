/** Random chat templates, one a seed: every statement, operator, filter, test and method of Jinja, on values that people send. */

import { seededRandom, type SeededRandom } from '../../cases/support/seeded-random.ts';
import { ExpressionMaker, type KnownName } from './template-expressions.ts';
import type { Kind } from './template-words.ts';

export interface TemplateCase {
  readonly template: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

const MESSAGES = [
  [
    { role: 'system', content: 'Be kind.' },
    { role: 'user', content: 'Hi there' },
    { role: 'assistant', content: "<think>\nhm, 'x'\n</think>\n\n  Yo  " },
    { role: 'user', content: 'Why?\n' },
  ],
  [{ role: 'user', content: ' \u00e9\ud83d\ude00 "q" \\ \u0085\ufeff' }],
  [
    { role: 'user', content: 'sky?' },
    {
      role: 'assistant',
      content: null,
      tool_calls: [{ id: 'a1', function: { name: 'sky', arguments: { b: 'x', a: 1.5, c: true, d: null } } }],
    },
    { role: 'tool', content: 'blue', name: 'sky' },
    { role: 'assistant', content: '', reasoning_content: 'so' },
    { role: 'user', content: [{ type: 'text', text: 'and <b>\u00fc</b> & co' }, { type: 'image' }] },
  ],
];
const TOOL = {
  type: 'function',
  function: {
    name: 'sky',
    description: "City's sky <now>",
    parameters: {
      type: 'object',
      properties: { b: { type: 'string', enum: ['x/y', '\u00fc'] }, a: { type: ['number', 'null'], default: 0.1 } },
      required: ['b'],
    },
  },
};
const DATA = {
  Title: 'ABC dEF',
  n: 7,
  f: -2.5,
  none: null,
  yes: true,
  list: [3, 'a', null, 1.25, false],
  items: { z: 1, B: [], a: {} },
  big: 123456789012,
};

/** The template of a seed, with what it is given. */
export function makeTemplate(seed: number): TemplateCase {
  const random = seededRandom(seed);
  const maker = new Maker(random);
  const tools = random.next() < 0.3 ? [TOOL] : null;
  const variables = {
    messages: MESSAGES[random.int(MESSAGES.length)],
    tools,
    documents: null,
    add_generation_prompt: random.next() < 0.5,
    bos_token: '<s>',
    eos_token: '</s>',
    data: DATA,
  };
  return { template: damaged(random, maker.template()), variables };
}

/** Some have other line ends, some lost or gained a character. */
function damaged(random: SeededRandom, template: string): string {
  const kind = random.next();
  if (kind < 0.06) return template.replaceAll('\n', random.next() < 0.5 ? '\r\n' : '\r');
  if (kind > 0.14) return template;
  const points = Array.from(template);
  const at = random.int(points.length + 1);
  const put = random.next() < 0.5 ? '' : Array.from('{}%#-+ \n\'"()[],.|~=<>!ax0_:*')[random.int(29)]!;
  return points.toSpliced(at, random.int(2) + (put === '' ? 1 : 0), put).join('');
}

class Maker extends ExpressionMaker {
  #macros: string[] = [];

  template(): string {
    return this.#body(1 + this.random.int(4));
  }

  #body(count: number): string {
    return Array.from({ length: count }, () => this.#statement()).join('');
  }

  /** A body whose names are forgotten behind it. */
  #inner(names: readonly KnownName[] = []): string {
    const before = this.names;
    this.names = [...before, ...names];
    const body = this.deeper(() => this.#body(1 + this.random.int(2)));
    this.names = before;
    return body;
  }

  #tag(content: string): string {
    return `{%${this.#sign()} ${content} ${this.#sign()}%}`;
  }

  #sign(): string {
    const at = this.random.next();
    return at < 0.2 ? '-' : at < 0.24 ? '+' : '';
  }

  #text(): string {
    return this.pick([
      'a',
      '\n',
      '  ',
      'b\n',
      '\n  c',
      ' \n ',
      '<|im_start|>',
      '\t',
      '\u00a0',
      'd\n\n',
      '{',
      '}}',
      "'",
      '',
    ]);
  }

  #output(): string {
    return `{{${this.pick(['', '', '-'])} ${this.value()} ${this.pick(['', '', '-'])}}}`;
  }

  #statement(): string {
    if (this.depth > 2) return this.chance(0.7) ? this.#output() : this.#text();
    const at = this.random.next();
    if (at < 0.38) return this.#output();
    if (at < 0.54) return this.#text();
    if (at < 0.64) return this.#set();
    if (at < 0.72) return this.#if();
    if (at < 0.84) return this.#for();
    return this.#rare();
  }

  #set(): string {
    const kind = this.pick<Kind>(['text', 'whole', 'list', 'dict', 'any']);
    const name = this.pick(['a', 'b', 'c']);
    const at = this.random.next();
    if (at < 0.15) {
      const filter = this.chance(0.3) ? ` | ${this.filterOf('text', 'text')}` : '';
      const made = `${this.#tag(`set ${name}${filter}`)}${this.#inner()}${this.#tag('endset')}`;
      this.names.push({ name, kind: 'text' });
      return made;
    }
    if (at < 0.3) {
      const made = this.#tag(`set ns = namespace(x=${this.expression('whole')}, y=${this.value()})`);
      this.names.push({ name: 'ns.x', kind: 'whole' }, { name: 'ns.y', kind: 'any' });
      return made + (this.chance(0.6) ? this.#for(this.#tag(`set ns.x = ns.x + ${this.expression('whole')}`)) : '');
    }
    if (at < 0.36) {
      const made = this.#tag(`set a, b = ${this.value()}, ${this.expression('text')}`);
      this.names.push({ name: 'b', kind: 'text' });
      return made;
    }
    const made = this.#tag(`set ${name} = ${this.expression(kind)}`);
    this.names.push({ name, kind });
    return made;
  }

  #if(): string {
    const start = this.#tag(`if ${this.expression('bool')}`) + this.#inner();
    const middle = this.chance(0.2) ? this.#tag(`elif ${this.expression('any')}`) + this.#inner() : '';
    return start + middle + (this.chance(0.5) ? this.#tag('else') + this.#inner() : '') + this.#tag('endif');
  }

  #for(extra = ''): string {
    const [target, names, iterable] = this.pick<readonly [string, KnownName[], string]>([
      [
        'm',
        [
          { name: 'm.content', kind: 'any' },
          { name: 'm.role', kind: 'text' },
          { name: 'm', kind: 'dict' },
        ],
        'messages',
      ],
      ['x', [{ name: 'x', kind: 'any' }], this.expression('list')],
      [
        'k, v',
        [
          { name: 'k', kind: 'text' },
          { name: 'v', kind: 'any' },
        ],
        `${this.expression('dict')}.items()`,
      ],
      ['i', [{ name: 'i', kind: 'whole' }], `range(${this.random.int(4)})`],
      ['x', [{ name: 'x', kind: 'text' }], this.expression('text')],
    ]);
    const filter = this.chance(0.12) ? ` if ${this.expression('bool')}` : '';
    const body = extra + this.#inner(names) + (this.chance(0.5) ? this.#loopMember() : '');
    const leave = this.chance(0.12)
      ? this.#tag(`if ${this.expression('bool')}`) + this.#tag(this.pick(['break', 'continue'])) + this.#tag('endif')
      : '';
    const otherwise = this.chance(0.1) ? this.#tag('else') + this.#inner() : '';
    return this.#tag(`for ${target} in ${iterable}${filter}`) + leave + body + otherwise + this.#tag('endfor');
  }

  #loopMember(): string {
    return `{{ loop.${this.pick(['index', 'index0', 'first', 'last', 'length', 'revindex', 'revindex0', 'previtem', 'nextitem', 'depth', "cycle('x', 'y')", 'changed(1)', 'foo'])} }}`;
  }

  #rare(): string {
    const value = (): string => this.value();
    switch (this.random.int(10)) {
      case 0: {
        const name = this.pick(['f', 'g']);
        const made =
          this.#tag(`macro ${name}(p, q=${value()})`) +
          this.#inner([
            { name: 'p', kind: 'any' },
            { name: 'q', kind: 'any' },
          ]) +
          this.pick(['', '{{ varargs }}', '{{ kwargs }}', '{{ caller() if caller else 1 }}']) +
          this.#tag('endmacro');
        this.#macros.push(name);
        return `${made}{{ ${name}(${value()}) }}`;
      }
      case 1:
        return this.#macros.length === 0
          ? this.#text()
          : this.#tag(`call ${this.pick(this.#macros)}(${value()})`) + this.#inner() + this.#tag('endcall');
      case 2:
        return (
          this.#tag(`with w = ${value()}, z = ${value()}`) +
          this.#inner([{ name: 'w', kind: 'any' }]) +
          this.#tag('endwith')
        );
      case 3:
        return this.#tag(`filter ${this.filterOf('text', 'text')}`) + this.#inner() + this.#tag('endfilter');
      case 4:
        return `${this.#tag('raw')} {{ x }} \n {% if %}${this.#tag('endraw')}`;
      case 5:
        return `{#${this.#sign()} note ${this.#sign()}#}`;
      case 6:
        return this.#tag('generation') + this.#inner() + this.#tag('endgeneration');
      case 7:
        return this.chance(0.5)
          ? this.#tag(`print ${value()}, ${value()}`)
          : this.#tag('autoescape true') + this.#inner() + this.#tag('endautoescape');
      case 8:
        return this.chance(0.7)
          ? ''
          : `{{ ${this.pick(['raise_exception("no")', 'foo.bar', 'nothing()', '1 | nofilter', '1 is notest'])} }}`;
      default:
        return `${this.#tag(`for x in [[1, [2]], 3]${this.pick([' recursive', ''])}`)}{{ loop(x) if x is sequence else x }}${this.#tag('endfor')}`;
    }
  }
}

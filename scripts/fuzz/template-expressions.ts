/** Random expressions of templates. */

import type { SeededRandom } from '../../cases/support/seeded-random.ts';
import { FILTER_CALLS, METHOD_CALLS, TEST_CALLS, TEXTS, type Kind } from './template-words.ts';

const MAX_DEPTH = 3;
const PERCENTS = ['%s', '%d%%', '%r', '%5s|', '%x', '%-3d|', '%+.1f', '%e', '%g', '%c'];

export interface KnownName {
  readonly name: string;
  readonly kind: Kind;
}

export class ExpressionMaker {
  protected readonly random: SeededRandom;
  /** Names that have been set. */
  protected names: KnownName[] = [];
  protected depth = 0;

  constructor(random: SeededRandom) {
    this.random = random;
  }

  protected pick<T>(list: readonly T[]): T {
    return list[this.random.int(list.length)]!;
  }

  protected chance(share: number): boolean {
    return this.random.next() < share;
  }

  protected deeper<T>(make: () => T): T {
    this.depth += 1;
    const made = make();
    this.depth -= 1;
    return made;
  }

  value(): string {
    return this.expression(this.pick<Kind>(['text', 'text', 'whole', 'float', 'list', 'dict', 'bool', 'any']));
  }

  /** An expression that mostly has this kind. */
  protected expression(kind: Kind): string {
    if (this.depth > MAX_DEPTH) return this.atom(kind);
    return this.deeper(() => {
      const at = this.random.next();
      if (at < 0.3) return this.atom(kind);
      if (at < 0.36)
        return this.chance(0.95)
          ? `(${this.expression(kind)} if ${this.expression('bool')} else ${this.expression(kind)})`
          : `(${this.expression(kind)} if ${this.expression('bool')})`;
      if (at < 0.66) return this.filtered(kind);
      return this.operated(kind);
    });
  }

  private atom(kind: Kind): string {
    const known = this.names.filter((each) => each.kind === kind || kind === 'any');
    if (known.length > 0 && this.chance(0.45)) return this.pick(known).name;
    switch (kind) {
      case 'text':
        return this.chance(0.3)
          ? this.pick(['bos_token', "messages[0]['role']", 'messages[0].content', 'messages[-1].role', 'data.Title'])
          : quoted(this.pick(TEXTS));
      case 'whole':
        return this.pick([
          '0',
          '1',
          '2',
          '3',
          '-1',
          '7',
          '10',
          '255',
          '100000',
          '0x1f',
          '1_000',
          'data.n',
          'data.big',
          'true',
          'messages | length',
          '9007199254740993',
        ]);
      case 'float':
        return this.pick([
          '0.0',
          '1.0',
          '0.5',
          '-2.5',
          '3.14159',
          '1e20',
          '1e-7',
          '2.675',
          '1e16',
          '123456.789',
          'data.f',
          '0.1',
        ]);
      case 'bool':
        return this.pick([
          'true',
          'False',
          'none',
          'add_generation_prompt',
          'tools',
          'foo is defined',
          'documents is none',
          'loop is defined',
          'data.yes',
        ]);
      case 'list':
        return this.pick([
          '[]',
          "['a', 'b', 'A']",
          '[3, 1, 2]',
          '[1.5, 1, true]',
          "('x', 2)",
          '()',
          'messages',
          'data.list',
          '[[1, 2], [3]]',
          'range(3)',
          "[none, 'a']",
          'tools or []',
          "[{'a': 1, 'b': 'y'}, {'a': 0, 'b': 'x'}]",
        ]);
      case 'dict':
        return this.pick([
          '{}',
          "{'b': 1, 'a': 2}",
          "{1: 'x', 'k': [1]}",
          'messages[0]',
          'data',
          'dict(a=1, b=none)',
          "data['items']",
          '(tools[0] if tools else {})',
        ]);
      default:
        return this.pick([
          'none',
          'foo',
          'tools',
          'data.list[1]',
          'messages[0].nothing',
          'data',
          'strftime_now',
          "cycler('a', 'b').next()",
          'joiner()()',
        ]);
    }
  }

  /** A value of another kind through a filter, a test or a method that gives this kind. */
  private filtered(kind: Kind): string {
    if (kind === 'bool') {
      const [name, on] = this.pick(TEST_CALLS);
      return `(${this.expression(on)} is ${this.chance(0.2) ? 'not ' : ''}${this.filled(name)})`;
    }
    if (this.chance(0.5)) {
      const calls = METHOD_CALLS.filter(([, on, gives]) => (gives === kind || kind === 'any') && on !== 'any');
      if (calls.length > 0) {
        const [name, on] = this.pick(calls);
        return `${this.expression(on)}.${this.filled(name)}`;
      }
    }
    const fitting = FILTER_CALLS.filter(([, , gives]) => gives === kind || kind === 'any');
    if (fitting.length === 0) return this.operated(kind);
    const [name, on] = this.pick(fitting);
    const from = on === 'any' || this.chance(0.04) ? this.pick<Kind>(['text', 'list', 'dict', 'whole', 'float']) : on;
    return `(${this.expression(from)} | ${this.filled(name)})`;
  }

  protected filterOf(from: Kind, to: Kind): string {
    const fitting = FILTER_CALLS.filter(
      ([, on, gives]) => (on === from || on === 'any') && (gives === to || to === 'any' || gives === 'any'),
    );
    const [name] = this.pick(fitting.length > 0 && this.chance(0.95) ? fitting : FILTER_CALLS);
    return this.filled(name);
  }

  /** A call with its holes filled: T for a text, N for a number, A for anything. */
  private filled(call: string): string {
    return call.replaceAll(/\b[TNA]\b/g, (hole) =>
      this.deeper(() => this.expression(hole === 'T' ? 'text' : hole === 'N' ? 'whole' : 'any')),
    );
  }

  private operated(kind: Kind): string {
    const both = (operator: string, of: Kind): string => `(${this.expression(of)} ${operator} ${this.expression(of)})`;
    switch (kind) {
      case 'text':
        return this.pick([
          () => both('~', 'any'),
          () => both('+', 'text'),
          () => `(${this.expression('text')} * ${this.random.int(3)})`,
          () => `${this.expression('text')}[${this.slice()}]`,
          () =>
            `('%s|%5d|%-4s|%.2f' % (${this.value()}, ${this.expression('whole')}, ${this.expression('text')}, ${this.expression('float')}))`,
          () =>
            `(${quoted(this.pick(PERCENTS))} % ${this.expression(this.pick<Kind>(['whole', 'whole', 'float', 'text']))})`,
        ])();
      case 'whole':
        return this.chance(0.1)
          ? `(${this.expression('whole')} ** 2)`
          : both(this.pick(['+', '-', '*', '//', '%']), 'whole');
      case 'float':
        return this.chance(0.5)
          ? both('/', 'whole')
          : both(this.pick(['+', '-', '*', '/', '//', '%']), this.pick(['float', 'whole']));
      case 'bool':
        return this.pick([
          () => both(this.pick(['==', '!=']), 'any'),
          () => both(this.pick(['==', '!=', '<', '<=', '>', '>=']), this.pick(['text', 'whole', 'float', 'list'])),
          () => both(this.pick(['and', 'or']), this.pick(['bool', 'any'])),
          () => `(not ${this.expression('any')})`,
          () =>
            `(${this.expression('any')} ${this.pick(['in', 'not in'])} ${this.expression(this.pick(['list', 'dict']))})`,
          () => `(${this.expression('text')} in ${this.expression('text')})`,
          () => `(1 < ${this.expression('whole')} <= 7)`,
        ])();
      case 'list':
        return this.pick([
          () => `[${this.value()}, ${this.value()}]`,
          () => `(${this.value()}, ${this.value()})`,
          () => both('+', 'list'),
          () => `${this.expression('list')}[${this.slice()}]`,
        ])();
      case 'dict':
        return `{${this.expression('text')}: ${this.value()}, 'k': ${this.value()}}`;
      default:
        return this.pick([
          () => both(this.pick(['or', 'and']), 'any'),
          () => `${this.expression('list')}[${this.random.int(3)}]`,
          () => `${this.expression('dict')}[${this.expression('text')}]`,
          () =>
            `${this.expression('dict')}.${this.pick(['a', 'b', 'role', 'items', 'keys', 'foo', 'function', 'update'])}`,
          () => `(-${this.expression(this.pick(['whole', 'float']))})`,
        ])();
    }
  }

  private slice(): string {
    return this.pick(['1:', ':-1', '::-1', '0', '-1', '::2', '1:3', ':2', '5', '-2:', '3:1:-1', 'none:2']);
  }
}

const quoted = (text: string): string => {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('\n', String.raw`\n`);
  return quote + (quote === "'" ? escaped.replaceAll("'", String.raw`\'`) : escaped) + quote;
};

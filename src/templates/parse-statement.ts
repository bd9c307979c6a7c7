/** Statements, by Jinja's grammar with loop controls and transformers' `generation`. */

import { TemplateFault } from './fault.ts';
import { tokenize } from './lexer.ts';
import { parseExpression, parseFilters, parseTuple } from './parse-expression.ts';
import type { Expression, MacroBody, Parameters, Statement, Target } from './syntax.ts';
import { TokenStream, type KnownNames } from './token-stream.ts';

export interface Program {
  readonly body: readonly Statement[];
  readonly blocks: ReadonlyMap<string, readonly Statement[]>;
}

/** Reads a template. @throws TemplateFault `syntax`, `unsupported` or `limit`, with the line. */
export function parseTemplate(source: string, known: KnownNames): Program {
  const parser = new StatementParser(new TokenStream(tokenize(source), known));
  return parser.run();
}

const FROM_OTHER_FILES = ['extends', 'include', 'import', 'from'];

class StatementParser {
  readonly #stream: TokenStream;
  readonly #blocks = new Map<string, readonly Statement[]>();

  constructor(stream: TokenStream) {
    this.#stream = stream;
  }

  run(): Program {
    const body = this.#statements([]);
    this.#stream.checkNames();
    return { body, blocks: this.#blocks };
  }

  /** Statements up to a tag that begins with one of `ends`, whose opening bracket is taken. */
  #statements(ends: readonly string[]): Statement[] {
    const stream = this.#stream;
    const body: Statement[] = [];
    for (;;) {
      const { line } = stream.current;
      if (stream.is('end')) {
        if (ends.length > 0) throw stream.fail(`The template ends where '${ends.join("' or '")}' was expected`);
        return body;
      }
      if (stream.is('data')) body.push({ kind: 'text', line, text: stream.next().text });
      else if (stream.next().text === '{{') {
        body.push({ kind: 'output', line, value: parseTuple(stream, {}) });
        stream.expect('close', '}}');
      } else {
        if (ends.length > 0 && stream.is('name', ...ends)) return body;
        body.push(...stream.deeper(() => this.#statement(line)));
        stream.expect('close', '%}');
      }
    }
  }

  /** The body of a statement, whose tag may end in a colon, up to one of these tags. */
  #body(...ends: readonly string[]): Statement[] {
    this.#stream.skip('operator', ':');
    this.#stream.expect('close', '%}');
    return this.#statements(ends);
  }

  /** A body up to its only end, which is taken. */
  #wholeBody(end: string): Statement[] {
    const body = this.#body(end);
    this.#stream.next();
    return body;
  }

  #statement(line: number): Statement[] {
    const stream = this.#stream;
    const { text: tag } = stream.expect('name');
    switch (tag) {
      case 'set':
        return [this.#set(line)];
      case 'for':
        return [this.#for(line)];
      case 'if':
        return [stream.onCondition(() => this.#if(line))];
      case 'with':
        return [this.#with(line)];
      case 'autoescape': {
        const value = parseExpression(stream);
        return [{ kind: 'autoescape', line, value, body: stream.inScope(() => this.#wholeBody('endautoescape')) }];
      }
      case 'block':
        return [this.#block(line)];
      case 'macro': {
        const { text: name } = stream.expect('name');
        return [{ kind: 'macro', line, macro: this.#macro(name, line, 'endmacro', true) }];
      }
      case 'call':
        return [this.#callBlock(line)];
      case 'filter': {
        const filter = stream.inScope(() => parseFilters(stream, undefined, true)!);
        return [{ kind: 'filter-block', line, filter, body: stream.inScope(() => this.#wholeBody('endfilter')) }];
      }
      case 'generation':
        return [{ kind: 'generation', line, macro: this.#macro(null, line, 'endgeneration', false) }];
      case 'print':
        return this.#print(line);
      case 'break':
      case 'continue':
        if (stream.loops === 0) throw stream.fail(`'${tag}' outside a loop`, line);
        return [{ kind: tag, line }];
      default:
        if (FROM_OTHER_FILES.includes(tag)) {
          throw new TemplateFault('unsupported', `'${tag}' is not supported: there are no other templates`, line);
        }
        throw stream.fail(`Unknown tag '${tag}'`, line);
    }
  }

  #set(line: number): Statement {
    const stream = this.#stream;
    const target = this.#target([], true);
    if (stream.skip('operator', '=')) return { kind: 'set', line, target, value: parseTuple(stream, {}) };
    const [filter, names] = stream.collecting(() => stream.inScope(() => parseFilters(stream, undefined)));
    // Jinja finds a variable there only where the template names it elsewhere too.
    if (names.size > 0)
      throw new TemplateFault('unsupported', 'A variable in the filter of a set block is not supported', line);
    return { kind: 'set-block', line, target, filter, body: stream.inScope(() => this.#wholeBody('endset')) };
  }

  /** What is assigned to. `ends` are names behind it. */
  #target(ends: readonly string[], members: boolean): Target {
    const stream = this.#stream;
    const { line } = stream.current;
    const items: Target[] = [];
    let isTuple = false;
    for (;;) {
      if (items.length > 0) stream.expect('operator', ',');
      if (stream.is('close') || stream.is('operator', ')') || (ends.length > 0 && stream.is('name', ...ends))) break;
      items.push(this.#singleTarget(members));
      if (!stream.is('operator', ',')) break;
      isTuple = true;
    }
    if (!isTuple && items.length === 0) throw stream.unexpected();
    return isTuple ? { kind: 'tuple', line, items } : items[0]!;
  }

  #singleTarget(members: boolean): Target {
    const stream = this.#stream;
    if (stream.skip('operator', '(')) {
      const inner = stream.deeper(() => this.#target([], false));
      stream.expect('operator', ')');
      return inner;
    }
    const { line } = stream.current;
    const name = this.#name();
    if (members && stream.skip('operator', '.')) {
      stream.load(name);
      return { kind: 'member', line, name, member: stream.expect('name').text };
    }
    return { kind: 'name', line, name };
  }

  /** A name that can be assigned to. */
  #name(): string {
    const { text, line } = this.#stream.expect('name');
    if (['true', 'false', 'none'].includes(text.toLowerCase()) && /^(?:[a-z]+|[A-Z][a-z]+)$/.test(text)) {
      throw this.#stream.fail(`Nothing can be assigned to '${text}'`, line);
    }
    if (text === 'loop' && this.#stream.loops > 0)
      throw this.#stream.fail("Nothing can be assigned to 'loop' in a loop", line);
    return text;
  }

  #for(line: number): Statement {
    const stream = this.#stream;
    stream.loops += 1;
    const target = this.#target(['in'], false);
    stream.expect('name', 'in');
    const iterable = parseTuple(stream, { conditional: false, ends: ['recursive'] });
    const test = stream.skip('name', 'if') ? stream.inScope(() => parseExpression(stream)) : undefined;
    const recursive = stream.skip('name', 'recursive');
    const body = stream.inScope(() => this.#body('endfor', 'else'));
    stream.loops -= 1;
    const otherwise = stream.next().text === 'endfor' ? [] : stream.inScope(() => this.#wholeBody('endfor'));
    return { kind: 'for', line, target, iterable, test, recursive, body, otherwise };
  }

  #if(line: number): Statement {
    const stream = this.#stream;
    const test = parseTuple(stream, { conditional: false });
    const body = this.#body('elif', 'else', 'endif');
    const { text: end, line: next } = stream.next();
    if (end === 'endif') return { kind: 'if', line, test, body, otherwise: [] };
    const otherwise = end === 'else' ? this.#wholeBody('endif') : [stream.deeper(() => this.#if(next))];
    return { kind: 'if', line, test, body, otherwise };
  }

  #with(line: number): Statement {
    const stream = this.#stream;
    const targets: Target[] = [];
    const values: Expression[] = [];
    while (!stream.is('close')) {
      if (targets.length > 0) stream.expect('operator', ',');
      targets.push(this.#target([], false));
      stream.expect('operator', '=');
      values.push(parseExpression(stream));
    }
    return { kind: 'with', line, targets, values, body: stream.inScope(() => this.#wholeBody('endwith')) };
  }

  #block(line: number): Statement {
    const stream = this.#stream;
    const { text: name } = stream.expect('name');
    const scoped = stream.skip('name', 'scoped');
    if (stream.skip('name', 'required'))
      throw new TemplateFault('unsupported', "'required' blocks are not supported", line);
    if (this.#blocks.has(name)) throw stream.fail(`The block '${name}' is defined twice`, line);
    this.#blocks.set(name, []);
    const body = stream.inScope(() => this.#outsideLoops(() => this.#wholeBody('endblock')));
    this.#blocks.set(name, body);
    stream.skip('name', name);
    return { kind: 'block', line, name, scoped, body };
  }

  #outsideLoops<T>(read: () => T): T {
    const { loops } = this.#stream;
    this.#stream.loops = 0;
    const result = read();
    this.#stream.loops = loops;
    return result;
  }

  #macro(name: string | null, line: number, end: string, signed: boolean): MacroBody {
    return this.#stream.inScope(() => {
      const parameters = signed ? this.#parameters() : { names: [], defaults: [] };
      const [body, uses] = this.#stream.collecting(() => this.#outsideLoops(() => this.#wholeBody(end)));
      return { name, line, parameters, body, uses };
    });
  }

  #parameters(): Parameters {
    const stream = this.#stream;
    const names: string[] = [];
    const defaults: Expression[] = [];
    stream.expect('operator', '(');
    while (!stream.is('operator', ')')) {
      if (names.length > 0) stream.expect('operator', ',');
      const name = this.#name();
      if (names.includes(name)) throw stream.fail(`The parameter '${name}' is named twice`);
      names.push(name);
      if (stream.skip('operator', '=')) defaults.push(parseExpression(stream));
      else if (defaults.length > 0) throw stream.fail('A parameter without default follows one with a default');
    }
    stream.next();
    return { names, defaults };
  }

  #callBlock(line: number): Statement {
    const stream = this.#stream;
    const parameters = stream.is('operator', '(') ? this.#parameters() : { names: [], defaults: [] };
    const call = parseExpression(stream);
    if (call.kind !== 'call') throw stream.fail("'call' wants a call", line);
    const macro = this.#macro(null, line, 'endcall', false);
    return { kind: 'call-block', line, call, macro: { ...macro, parameters } };
  }

  #print(line: number): Statement[] {
    const stream = this.#stream;
    const outputs: Statement[] = [];
    while (!stream.is('close')) {
      if (outputs.length > 0) stream.expect('operator', ',');
      outputs.push({ kind: 'output', line, value: parseExpression(stream) });
    }
    return outputs;
  }
}

/** What stands in the brackets of a call or behind a value. `read` reads an expression; it lies above this file. */

import type { CallArguments, Expression } from './syntax.ts';
import type { TokenStream } from './token-stream.ts';

type Read = (stream: TokenStream) => Expression;

export const NO_CALL: CallArguments = { positional: [], named: [] };

/** The arguments of a call, with their brackets. */
export function parseArguments(stream: TokenStream, read: Read): CallArguments {
  const { line } = stream.expect('operator', '(');
  const positional: Expression[] = [];
  const named: (readonly [string, Expression])[] = [];
  let [rest, namedRest]: (Expression | undefined)[] = [];
  const ensure = (valid: boolean): void => {
    if (!valid) throw stream.fail('The arguments of a call cannot be read', line);
  };
  for (let first = true; !stream.is('operator', ')'); first = false) {
    if (!first) stream.expect('operator', ',');
    if (stream.is('operator', ')')) break;
    if (stream.skip('operator', '*')) {
      ensure(rest === undefined && namedRest === undefined);
      rest = read(stream);
    } else if (stream.skip('operator', '**')) {
      ensure(namedRest === undefined);
      namedRest = read(stream);
    } else if (stream.is('name') && stream.following.type === 'operator' && stream.following.text === '=') {
      ensure(namedRest === undefined);
      const name = stream.next().text;
      stream.next();
      if (named.some(([other]) => other === name)) throw stream.fail(`The argument '${name}' is given twice`, line);
      named.push([name, read(stream)]);
    } else {
      ensure(rest === undefined && namedRest === undefined && named.length === 0);
      positional.push(read(stream));
    }
  }
  stream.expect('operator', ')');
  return { positional, named, rest, namedRest };
}

/** A key, or the three bounds of a slice. */
export function parseBounds(stream: TokenStream, read: Read): Expression | (Expression | undefined)[] {
  const bounds: (Expression | undefined)[] = [undefined, undefined, undefined];
  if (!stream.is('operator', ':')) {
    const first = read(stream);
    if (!stream.is('operator', ':')) return first;
    bounds[0] = first;
  }
  for (let i = 1; i < 3 && stream.skip('operator', ':'); i++) {
    if (!stream.is('operator', ':', ']', ',')) bounds[i] = read(stream);
  }
  return bounds;
}

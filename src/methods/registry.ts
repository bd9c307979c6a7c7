import * as masks from '../attention/masks/index.ts';
import * as selections from '../attention/selections/index.ts';
import * as policies from '../cache/policies/index.ts';
import { described } from '../core/check-options.ts';
import * as proposers from '../decoding/proposers/index.ts';
import { UsageError } from '../core/errors.ts';
import { checkSpec, formatSpec, type MethodSpec, parseSpec } from '../core/method-spec.ts';
import { keysText, rangeText } from '../core/settings.ts';
import { entryOf } from './entries.ts';
import { KV_METHODS } from './kv-methods.ts';
import type { AnyMethod, Method, MethodFactory, MethodKind, MethodValues } from './method.ts';

/** Methods that were given to `registerMethod`, by name. */
const registered = new Map<string, MethodFactory>();

const listed = (kind: Readonly<Record<string, MethodFactory>>): AnyMethod[] =>
  Object.values(kind).map(entryOf).toSorted(inOrder);

const inOrder = (a: AnyMethod, b: AnyMethod): number =>
  (a.listed ?? 100) - (b.listed ?? 100) || (a.name < b.name ? -1 : 1);

const all: AnyMethod[] = [
  ...listed(policies),
  ...listed(selections),
  ...listed(masks),
  ...KV_METHODS,
  ...listed(proposers),
];

/** All methods, in the order in which people are told about them; those that are registered come last. */
export const METHODS: readonly AnyMethod[] = all;

/**
 * Makes a method of one's own known by its name: text and specs then name it like any other. An engine in a Worker knows
 * only what was registered there, in a Worker script of one's own.
 * @param factory what `definePolicy()`, `defineSelection()`, `defineMask()` or `defineProposer()` returned; the same one may be given again
 * @throws UsageError 'usage-option' for a name that another method has
 */
export function registerMethod(factory: MethodFactory): void {
  // Callers without types may pass anything.
  const given: unknown = factory;
  if (typeof given !== 'function' || !('method' in given) || !('kind' in given))
    throw new UsageError({
      code: 'usage-option',
      happened: `What was registered is ${described(given)}.`,
      expected: 'A method of definePolicy(), defineSelection() or defineMask().',
      todo: 'Pass what one of them returned.',
    });
  const { name } = factory.method;
  if (registered.get(name) === factory) return;
  const entry = entryOf(factory);
  formatSpec({ name, parameters: {} }); // A name that the grammar cannot write could never be asked for.
  if (all.some((method) => method.name === name))
    throw new UsageError({
      code: 'usage-option',
      happened: `A method "${name}" was registered, and there is one of this name.`,
      expected: 'Every method has a name of its own.',
      todo: 'Give it another name.',
    });
  registered.set(name, factory);
  all.push(entry);
}

/**
 * Builds what a spec names.
 * @param spec a spec, or its text
 * @param kinds the kinds that may stand where it was given
 * @param place where it was given, as the error says it
 * @throws UsageError 'usage-option' for a name that is not of these kinds, or parameters that the method refuses
 */
export function makeMethod<K extends MethodKind>(
  spec: MethodSpec | string,
  kinds: readonly K[],
  place: string,
): MethodValues[K] {
  const { name, parameters } = typeof spec === 'string' ? parseSpec(spec) : checkSpec(spec);
  const found = METHODS.find((method) => method.name === name);
  if (!found || !isOf(found, kinds)) throw unknown(name, found, kinds, place);
  const method: Method<K> = found;
  checkKeys({ name, parameters }, method);
  return method.make(parameters);
}

/** Refuses keys that a method has not, and says which it needs. */
function checkKeys(spec: MethodSpec, { parameters }: Pick<AnyMethod, 'parameters'>): void {
  const refused = (what: string, expected: string): UsageError =>
    new UsageError({
      code: 'usage-option',
      happened: `The method ${spec.name} ${what} (in "${formatSpec(spec)}").`,
      expected,
      todo: 'Correct it; "winnow methods" lists all parameters.',
    });
  const keys = parameters.map(({ key }) => key);
  for (const key of Object.keys(spec.parameters))
    if (!keys.includes(key)) throw refused(`has no parameter ${key}`, keysText(spec.name, keys));
  for (const { key, meaning, range, default: value } of parameters)
    if (value === 'required' && !Object.hasOwn(spec.parameters, key))
      throw refused(`needs ${key}`, `It is ${meaning}: ${rangeText(range)}.`);
}

const isOf = <K extends MethodKind>(method: { readonly kind: MethodKind }, kinds: readonly K[]): method is Method<K> =>
  (kinds as readonly MethodKind[]).includes(method.kind);

function unknown(name: string, found: AnyMethod | undefined, kinds: readonly MethodKind[], place: string): UsageError {
  const names = METHODS.filter((method) => isOf(method, kinds)).map((method) => method.name);
  return new UsageError({
    code: 'usage-option',
    happened: found
      ? `The method ${name} was given for ${place}, where it has no meaning.`
      : `There is no method "${name}" (given for ${place}).`,
    expected: `The methods for ${place} are ${names.join(', ')}.`,
    todo: 'Correct it; "winnow methods" lists all.',
  });
}

import { UsageError } from '../core/errors.ts';
import { type MethodSpec, parseSpec } from '../core/method-spec.ts';
import { MASK_METHODS, SELECTION_METHODS } from './attention-methods.ts';
import { CACHE_METHODS } from './cache-methods.ts';
import { KV_TYPES } from './kv-types.ts';
import type { AnyMethod, Method, MethodKind, MethodValues } from './method.ts';
import { readParameters } from './parameters.ts';

/** All methods, in the order in which people are told about them. */
export const METHODS: readonly AnyMethod[] = [...CACHE_METHODS, ...SELECTION_METHODS, ...MASK_METHODS, ...KV_TYPES];

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
  const { name, parameters } = typeof spec === 'string' ? parseSpec(spec) : spec;
  const found = METHODS.find((method) => method.name === name);
  if (!found || !isOf(found, kinds)) throw unknown(name, found, kinds, place);
  const method: Method<K> = found;
  return method.make(readParameters({ name, parameters }, found.parameters));
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

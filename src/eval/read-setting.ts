import { checkText } from '../core/check-options.ts';
import { UsageError } from '../core/errors.ts';
import { formatSpec, parseSpec, type MethodSpec } from '../core/method-spec.ts';
import { attentionOf, cacheMethodOf, checkCombination, METHODS, type AnyMethod } from '../methods/index.ts';
import type { KvType } from '../kernels/cache-layout.ts';
import type { EvalSetting } from './setting-text.ts';
import { expandSweep } from './sweep.ts';

/** A part of a setting: a method of the registry with what its text says. */
interface Part {
  readonly method: AnyMethod;
  readonly spec: MethodSpec;
}

/**
 * The parameter of a method that says how much is kept or read, which has no default: `budget`, `k`, `pages`, `window`.
 * Undefined where the method has none.
 */
export const sizeKey = (method: AnyMethod): string | undefined =>
  method.parameters.find((parameter) => parameter.default === 'required')?.key;

/**
 * Reads the text of a setting, as `settingText` writes it, and gives each method that does not say its size every one of
 * the budgets: `h2o + q8` and 64, 128 are two settings. A selection of pages takes as many pages as hold the budget.
 * @throws UsageError 'usage-option' for names, keys and values that are not known, two methods for one place, and methods
 *   that do not go together
 */
export function readSetting(text: string, budgets: readonly number[]): EvalSetting[] {
  const parts = partsOf(text);
  const open = parts.find(({ method, spec }) => {
    const key = sizeKey(method);
    return key !== undefined && !Object.hasOwn(spec.parameters, key);
  });
  if (!open) return [settingOf(parts)];
  return sized(open, budgets).map((spec) => settingOf(parts.map((part) => (part === open ? { ...part, spec } : part))));
}

/**
 * The text of a setting without its size, the same for every budget of one method: '' for a text that cannot be read.
 * `h2o:sinks=2,budget=64 + q8` is `h2o:sinks=2 + q8`.
 */
export function withoutSize(text: string): string {
  try {
    const bare = partsOf(text).map(({ method, spec }) => {
      const key = sizeKey(method);
      const parameters = Object.entries(spec.parameters).filter(([name]) => name !== key);
      return formatSpec({ name: spec.name, parameters: Object.fromEntries(parameters) });
    });
    return bare.join(' + ');
  } catch {
    return '';
  }
}

/** The methods that a text names, in its order. */
export const methodsOf = (text: string): readonly AnyMethod[] => partsOf(text).map(({ method }) => method);

function partsOf(text: string): readonly Part[] {
  checkText(text);
  const parts = text.split('+').map((piece): Part => {
    const spec = parseSpec(piece.trim());
    const method = METHODS.find(({ name }) => name === spec.name);
    if (!method) throw refused(text, `There is no method "${spec.name}".`);
    return { spec, method };
  });
  const places = parts.map(({ method }) => placeOf(method));
  if (new Set(places).size < places.length) throw refused(text, 'Two of its methods are for the same place.');
  return parts;
}

/** Budgets as the values of the method's own size. */
function sized({ spec, method }: Part, budgets: readonly number[]): readonly MethodSpec[] {
  const key = sizeKey(method)!;
  if (budgets.length === 0) throw refused(formatSpec(spec), `It needs ${key}, and no budget is given.`);
  const page = Number(spec.parameters['page'] ?? 16);
  const values = key === 'pages' ? budgets.map((slots) => Math.max(1, Math.ceil(slots / page))) : budgets;
  return expandSweep([spec], `${key}=${[...new Set(values)].join(',')}`);
}

/** The parts as a setting, once it is known that they make sense. */
function settingOf(parts: readonly Part[]): EvalSetting {
  const textAt = (place: string): string | undefined => {
    const part = parts.find(({ method }) => placeOf(method) === place);
    return part && formatSpec(part.spec);
  };
  const [cache, attention] = [textAt('cache'), textAt('attention')];
  const kv = textAt('kv') as KvType | undefined;
  checkCombination({
    cache: cache === undefined ? undefined : cacheMethodOf(cache),
    attention: attention === undefined ? undefined : attentionOf(attention),
    kv,
  });
  return { ...(cache !== undefined && { cache }), ...(attention !== undefined && { attention }), ...(kv && { kv }) };
}

const placeOf = ({ kind }: AnyMethod): string => (kind.startsWith('attention') ? 'attention' : kind);

const refused = (text: string, why: string): UsageError =>
  new UsageError({
    code: 'usage-option',
    happened: `The setting ${JSON.stringify(text.slice(0, 80))} cannot be read: ${why}`,
    expected:
      'A method of the cache, one of attention, a type of keys and values, or several of these with " + " between.',
    todo: 'Correct it; "winnow methods" lists all.',
  });

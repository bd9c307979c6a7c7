import { checkText } from '../core/check-options.ts';
import { UsageError } from '../core/errors.ts';
import { parseSpec, type MethodSpec } from '../core/method-spec.ts';
import { METHODS } from '../methods/index.ts';

/**
 * Gives methods every value of a sweep. A method that has the parameter comes out once for each value, one that has not
 * comes out once as it is.
 * @param specs methods, or their texts
 * @param sweep `key=value,value,…`, such as `budget=64,128,256`
 * @returns the methods in their order, values in theirs
 * @throws UsageError 'usage-option' for a sweep of another form, a value that stands twice, or a key that none of the
 *   methods has
 */
export function expandSweep(specs: readonly (MethodSpec | string)[], sweep: string): MethodSpec[] {
  checkText(sweep);
  const equals = sweep.indexOf('=');
  if (equals < 0) throw refused(sweep, 'It has no "=".');
  const key = sweep.slice(0, equals);
  const values = sweep
    .slice(equals + 1)
    .split(',')
    .map((value) => parseSpec(`sweep:${key}=${value}`).parameters[key]!);
  if (new Set(values).size < values.length) throw refused(sweep, 'A value stands in it twice.');
  const methods = specs.map((spec) => (typeof spec === 'string' ? parseSpec(spec) : spec));
  if (!methods.some(({ name }) => hasParameter(name, key)))
    throw refused(sweep, `None of the methods has a parameter ${key}.`);
  return methods.flatMap(({ name, parameters }) =>
    hasParameter(name, key)
      ? values.map((value) => ({ name, parameters: { ...parameters, [key]: value } }))
      : [{ name, parameters }],
  );
}

const hasParameter = (name: string, key: string): boolean =>
  METHODS.some((method) => method.name === name && method.parameters.some((parameter) => parameter.key === key));

const refused = (sweep: string, why: string): UsageError =>
  new UsageError({
    code: 'usage-option',
    happened: `The sweep ${JSON.stringify(sweep.slice(0, 80))} cannot be run: ${why}`,
    expected: 'A sweep is written key=value,value, with a key of the methods that are evaluated.',
    todo: 'Correct it; "winnow methods" lists the keys.',
  });

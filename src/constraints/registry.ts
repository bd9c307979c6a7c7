import type { Constraint, ConstraintSpec } from '../core/constraint.ts';
import { UsageError } from '../core/errors.ts';
import { choice } from './choice.ts';

/** A constraint by name: how its value is made from the plain data of a spec, which it checks. */
export interface ConstraintKind {
  readonly name: string;
  /** @throws UsageError 'usage-option' */
  make(value: unknown): Constraint;
}

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- choice() checks what it is given
const CHOICE: ConstraintKind = { name: 'choice', make: (value) => choice(value as readonly string[]) };

/** The kinds that a spec can name on this thread. */
const KINDS = new Map<string, ConstraintKind>([[CHOICE.name, CHOICE]]);

/**
 * Makes a kind of constraint known by name on this thread. A custom Worker entry registers what its page names.
 * @throws UsageError 'usage-option' for anything but a name and a function, or a name that is taken by another kind
 */
export function registerConstraint(kind: ConstraintKind): void {
  // Callers without types may pass anything.
  const given: unknown = kind;
  if (
    !isObject(given) ||
    typeof given['name'] !== 'string' ||
    given['name'] === '' ||
    typeof given['make'] !== 'function'
  )
    throw refused('What was registered is no kind of constraint.', 'A kind has a name and a function make.');
  const known = KINDS.get(kind.name);
  if (known !== undefined && known !== kind)
    throw refused(`The constraint "${kind.name}" is registered already.`, 'Each kind has a name of its own.');
  KINDS.set(kind.name, kind);
}

/** What the option `constraint` may be. */
export type ConstraintOption = Constraint | ConstraintSpec;

/**
 * Reads the option `constraint`.
 * @throws UsageError 'usage-option' for anything but a constraint, or the spec of a registered one
 */
export function constraintOf(option: unknown): Constraint {
  if (isObject(option) && typeof option['begin'] === 'function') return option as unknown as Constraint;
  const { name, value } = specOf(option);
  const kind = KINDS.get(name);
  if (!kind) throw refused(`There is no constraint "${name}".`, `The constraints are ${[...KINDS.keys()].join(', ')}.`);
  return kind.make(value);
}

/**
 * The option `constraint` as plain data, for a Worker.
 * @throws UsageError 'usage-option' for a constraint with functions of the caller's
 */
export function plainConstraint(option: unknown): ConstraintSpec {
  if (!isObject(option) || typeof option['begin'] !== 'function') return specOf(option);
  const { name, spec } = option as unknown as Constraint;
  if (spec === undefined)
    throw refused(
      `The constraint ${name} has functions of its own, which cannot cross to a Worker.`,
      'A constraint that crosses is named by a spec; registerConstraint in a custom Worker entry gives it a name.',
    );
  return spec;
}

function specOf(option: unknown): ConstraintSpec {
  if (isObject(option) && typeof option['name'] === 'string') return { name: option['name'], value: option['value'] };
  throw refused(
    `The option constraint is of type ${option === null ? 'null' : typeof option}.`,
    'A constraint such as choice([…]), or its spec { name, value }.',
  );
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

const refused = (happened: string, expected: string): UsageError =>
  new UsageError({ code: 'usage-option', happened, expected, todo: 'Correct or remove it.' });

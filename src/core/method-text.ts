import { aText, checkObject, checkValue, expected, isObject } from './check-options.ts';

/** What people are told about a method; it stands in the method's own file. */
export interface MethodText {
  /** As the option grammar writes it. */
  readonly name: string;
  /** What it does, in a sentence. */
  readonly description: string;
  /** Undefined: there is no paper of its own. */
  readonly paper: { readonly title: string; readonly url: string } | undefined;
  /** Whether it computes what its paper and its authors' code compute, or what it does otherwise. */
  readonly status: 'faithful' | `differs: ${string}`;
  /** Where lists show it among its kind: lower first, then by name. Default 100. */
  readonly listed?: number;
  /** Settings in which it must act on 90 tokens and in which it has nothing to do on 600, as text, for the laws of all methods. */
  readonly laws: readonly MethodLaw[];
}

export interface MethodLaw {
  readonly tight: string;
  readonly loose: string;
}

const someSettings = expected(
  'Settings by name; {} where it has none.',
  (value) => isObject(value) && !Array.isArray(value),
);

/** Checks what a method is made from: callers without types may pass anything. @throws UsageError 'usage-option' */
export function checkDefinition(definition: MethodText & { readonly settings: object }): void {
  checkObject(definition);
  checkValue('name', definition.name, aText);
  checkValue('settings', definition.settings, someSettings);
}

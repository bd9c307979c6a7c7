import { inject } from 'vitest';
import { sampleOf } from '../support/sample.ts';
import { caseName, METHOD_CASES, type MethodCase } from './method-table.ts';

/** The methods that a run holds to a law: each law draws its own. @param methods those it can be asked of */
export const drawnMethods = (law: string, methods: readonly MethodCase[] = METHOD_CASES): MethodCase[] =>
  sampleOf(methods, inject('sampling'), law, caseName);

/** The same with their names, as `test.each` takes them. */
export const namedMethods = (law: string, methods?: readonly MethodCase[]): (readonly [string, MethodCase])[] =>
  drawnMethods(law, methods).map((method) => [caseName(method), method] as const);

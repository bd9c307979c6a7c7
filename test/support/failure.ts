import { expect } from 'vitest';

/** The error a promise rejects with, which must be of the given class; fails when it does not reject. */
export async function failureOf<T extends Error>(
  work: Promise<unknown>,
  Class: abstract new (...args: never[]) => T,
): Promise<T> {
  const error = await work.then(
    () => new Error('it succeeded'),
    (thrown: unknown) => thrown,
  );
  if (error instanceof Class) return error;
  expect(error).toBeInstanceOf(Class);
  throw error;
}

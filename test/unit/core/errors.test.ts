import { expect, test } from 'vitest';
import { deserializeError, NumberError, serializeError } from '../../../src/core/errors.ts';

test('an error crosses from a Worker with its class, code and sentences', () => {
  const error = new NumberError({
    code: 'cache-out-of-range',
    happened: '3 pairs are out of range.',
    expected: 'None is.',
    todo: 'Use another model.',
  });
  const crossed = deserializeError(structuredClone(serializeError(error)));
  expect(crossed).toBeInstanceOf(NumberError);
  expect(crossed).toMatchObject({ name: 'NumberError', code: 'cache-out-of-range', message: error.message });
});

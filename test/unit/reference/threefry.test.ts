import { expect, test } from 'vitest';
import golden from '../../golden/rng-threefry.json';
import { threefry4x32 } from '../../../cases/reference/threefry.ts';

test.each(golden.vectors)('threefry4x32 of counter $counter, key $key', ({ counter, key, out }) => {
  expect(threefry4x32(counter.map(Number), key.map(Number))).toEqual(out.map(Number));
});

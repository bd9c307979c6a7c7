import { afterEach, expect, it, vi } from 'vitest';
import { Random } from '../../../src/core/rng.ts';
import { WinnowError } from '../../../src/core/errors.ts';
import { openStored } from '../../../src/weights/storage.ts';
import { fakeOpfs, type FakeOpfs } from '../../support/fake-opfs.ts';
import { fakeGguf, fakeServer, type FakeFaults } from '../../support/fake-server.ts';

const url = 'https://models.example/tiny.gguf';
const SIZE = 30_016;
const content = fakeGguf(SIZE);
const other = fakeGguf(SIZE, 5);
const longer = fakeGguf(SIZE + 4096, 6);
const CODES = ['network', 'storage-full', 'model-not-found', 'gguf-truncated', 'gguf-not-gguf', 'gguf-corrupt'];

afterEach(() => {
  vi.unstubAllGlobals();
});

/** Each fault alone or with others, at offsets of its own. */
function drawFaults(random: Random): FakeFaults {
  const faults: FakeFaults = {};
  const at = (): number => 1 + random.below(SIZE - 1);
  const few = (): number => 1 + random.below(3);
  const kinds: readonly (() => void)[] = [
    () => (faults.noRanges = true),
    () => (faults.hideSize = true),
    () => (faults.rangeHead = random.below(2) === 0 ? 'hidden' : 'star'),
    () => (faults.rangeAnswer = random.below(2) === 0 ? 416 : 'garbled'),
    () =>
      (faults.statuses = Array.from(
        { length: few() },
        () => [503, 429, 416, 204, 403, 404, 500, 200][random.below(8)]!,
      )),
    () => (faults.pages = few()),
    () => Object.assign(faults, { cutAfter: at(), cuts: few() }),
    () => (faults.cutAfter = at()),
    () => Object.assign(faults, { endAfter: at(), ends: few() }),
    () => (faults.endAfter = at()),
    () => (faults.etag = '"one"'),
    () => (faults.replaced = { from: few(), content: random.below(2) === 0 ? other : longer }),
    () => (faults.replaced = { from: few(), content: other, etag: '"two"' }),
  ];
  for (let i = few(); i > 0; i--) kinds[random.below(kinds.length)]!();
  return faults;
}

const isOneOf = (bytes: Uint8Array): boolean =>
  [content, other, longer].some((each) => Buffer.compare(each, bytes) === 0);
const whole = ({ files }: FakeOpfs) => [...files].filter(([name]) => name.endsWith('.gguf'));

it('400 draws of faults end in a right file or a coded error; nothing bad is kept, and the next visit is right', async () => {
  const random = new Random(18);
  let loaded = 0;
  for (let round = 0; round < 400; round++) {
    const opfs = fakeOpfs(vi.stubGlobal, round % 2 === 0);
    if (random.below(6) === 0) {
      opfs.quota = 100 + random.below(SIZE);
      opfs.full = (['throws', 'answers', 'loses'] as const)[random.below(3)]!;
      opfs.estimate = async () => ({});
    }
    const faults = drawFaults(random);
    const drawn = `round ${round}: ${JSON.stringify({ ...faults, replaced: faults.replaced?.from, quota: opfs.quota })}`;
    const options = { attempts: 3, retryDelayMs: 0, fetch: fakeServer(content, faults).fetch };
    /* oxlint-disable no-await-in-loop -- a visit after the other */
    try {
      const { source } = await openStored(url, options);
      expect(isOneOf(await source.read(0, source.size)), drawn).toBe(true);
      loaded++;
    } catch (error) {
      if (!(error instanceof WinnowError)) throw error;
      expect(CODES, `${drawn} ${error.message}`).toContain(error.code);
    }
    for (const [, { bytes }] of whole(opfs)) expect(isOneOf(bytes), drawn).toBe(true);
    opfs.quota = 1e9;
    const again = await openStored(url, { fetch: fakeServer(content).fetch });
    expect(isOneOf(await again.source.read(0, again.source.size)), drawn).toBe(true);
    expect(again.fallback, drawn).toBeUndefined();
    /* oxlint-enable no-await-in-loop */
  }
  expect(loaded).toBeGreaterThan(100);
});

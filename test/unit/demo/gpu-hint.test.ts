import { expect, test } from 'vitest';
import { browserHint, gpuName } from '../../../demo/shared/gpu-check.ts';

test.each([
  ['Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0', 'Firefox'],
  [
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36',
    'chrome://flags',
  ],
  [
    'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/118.0.0.0 Safari/537.36 Edg/118.0',
    'version 121',
  ],
  [
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15',
    'Safari 26',
  ],
  ['something else', 'current Chrome'],
])('%s gets its own advice', (userAgent, words) => {
  expect(browserHint(userAgent).enable).toContain(words);
});

test('Windows is not told about Linux flags', () => {
  const { enable, adapter } = browserHint(
    'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/156.0.0.0 Safari/537.36',
  );
  expect(enable + adapter).not.toContain('Linux');
});

test('a GPU is called by the most telling name there is', () => {
  const bare = { vendor: 'nvidia', architecture: 'hopper', device: '', description: '' };
  expect(gpuName({ ...bare, description: 'NVIDIA H100' })).toBe('NVIDIA H100');
  expect(gpuName(bare)).toBe('nvidia hopper');
  expect(gpuName({ vendor: '', architecture: '', device: '', description: '' })).toBe('unnamed GPU');
});

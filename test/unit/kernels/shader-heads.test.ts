import { describe, expect, test } from 'vitest';
import { declaredIn, headOf, means, takenBy } from '../../support/wgsl-names.ts';
import { caseFiles, otherRequests, requestsOf } from './shader-requests.ts';

/** What includes and constants a WGSL file takes stands in its head, so that it can be read without the TypeScript. */

const files = import.meta.glob<string>('../../../shaders/**/*.wgsl', { query: '?raw', import: 'default', eager: true });
const shaders = new Map(
  Object.entries(files).map(([path, text]) => [path.replace('../../../shaders/', '').replace('.wgsl', ''), text]),
);

/** The functions that read a method's own words are made from its settings: they stand in no file. */
const isGenerated = (name: string): boolean => name.startsWith('settings/');

const requestsByFile = new Map([
  ['no case file', otherRequests] as const,
  ...Object.keys(caseFiles).map((path) => [path, () => requestsOf(path)] as const),
]);

describe('a head names what the file takes', () => {
  test.each([...requestsByFile])('%s', (_path, requests) => {
    for (const request of requests()) {
      const main = request.parts.find(({ text }) => declaredIn(text).has('main'))!.name;
      if (main !== request.name)
        expect(headOf(shaders.get(request.name)!, 'main').some((entry) => means(entry, main))).toBe(true);
      for (const [name, { uses, constants }] of takenBy(request)) {
        const text = shaders.get(name);
        if (text === undefined && isGenerated(name)) continue;
        const entries = headOf(text!, 'uses');
        expect(
          [...uses].filter((include) => !entries.some((entry) => means(entry, include))),
          name,
        ).toEqual([]);
        const named = headOf(text!, 'constants');
        expect(
          [...constants].filter((constant) => !named.includes(constant)),
          name,
        ).toEqual([]);
      }
    }
  });
});

test('a head names nothing else, and every file is part of some pipeline', () => {
  const taken = new Map<string, Set<string>>();
  for (const requests of requestsByFile.values())
    for (const request of requests())
      for (const [name, { uses, constants }] of takenBy(request))
        for (const word of [...uses, ...constants, ''])
          taken.set(name, (taken.get(name) ?? new Set<string>()).add(word));
  expect([...shaders.keys()].filter((name) => !taken.has(name))).toEqual([]);
  for (const [name, words] of taken) {
    if (isGenerated(name)) continue;
    const text = shaders.get(name)!;
    const entries = [...headOf(text, 'uses'), ...headOf(text, 'constants')];
    expect(
      entries.filter((entry) => ![...words].some((word) => word !== '' && means(entry, word))),
      name,
    ).toEqual([]);
    for (const word of ['uses', 'constants'] as const)
      expect(new Set(headOf(text, word)).size, name).toBe(headOf(text, word).length);
  }
}, 120_000);

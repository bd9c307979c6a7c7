/** Which names a WGSL file declares and takes from others, and what its head says of that. */

import type { PipelineRequest } from '../../src/gpu/compile.ts';

/** What a part of a pipeline takes from the others: names of includes and of compile-time constants. */
export interface Taken {
  readonly uses: ReadonlySet<string>;
  readonly constants: ReadonlySet<string>;
}

const NAME = /(?<![.\w$])[A-Za-z_][\w$]*/g;

/** `handed$l` and `handed3` are of one family, as the text is unrolled. */
const familyOf = (name: string): string => name.replace(/(\$\w+|(?<=[a-z])\d+)$/, '#');

const withoutComments = (text: string): string => text.replaceAll(/\/\/.*$/gm, '');

/** The names that follow what the pattern matches. */
const namesAfter = (code: string, pattern: string): string[] =>
  [...code.matchAll(new RegExp(`${pattern}\\s+([A-Za-z_][\\w$]*)`, 'gm'))].map(([, name]) => familyOf(name!));

/** Names that the file declares at its outermost level; bindings are known by their names and belong to no file. */
export const declaredIn = (text: string): ReadonlySet<string> =>
  new Set(
    namesAfter(
      withoutComments(text),
      String.raw`^(?:@(?:compute|workgroup_size\([^)]*\))\s*)*(?:fn|const|struct|alias|var(?:<(?:private|workgroup)>)?)`,
    ),
  );

/** Names that the file refers to and declares nowhere, neither at its outermost level nor within. */
function foreignTo(text: string): string[] {
  const code = withoutComments(text);
  const own = new Set([
    ...declaredIn(text),
    ...namesAfter(code, String.raw`\b(?:let|var|const)`),
    ...[...code.matchAll(/([A-Za-z_][\w$]*)\s*:/g)].map(([, name]) => familyOf(name!)),
  ]);
  return [...new Set([...code.matchAll(NAME)].map(([name]) => familyOf(name)))].filter((name) => !own.has(name));
}

/** What every part of a pipeline takes from the others; the last part is the kernel itself, whose names are no include's. */
export function takenBy({ parts, constants }: Pick<PipelineRequest, 'parts' | 'constants'>): Map<string, Taken> {
  const homes = new Map(
    parts.slice(0, -1).flatMap(({ name, text }) => [...declaredIn(text)].map((word) => [word, name] as const)),
  );
  return new Map(
    parts.map(({ name, text }) => {
      const foreign = foreignTo(text);
      return [
        name,
        {
          uses: new Set(foreign.flatMap((word) => homes.get(word) ?? [])),
          constants: new Set(foreign.filter((word) => word in constants)),
        },
      ];
    }),
  );
}

/** What the lines `// uses:`, `// constants:` or `// main:` of a file's head say. */
export const headOf = (text: string, word: 'uses' | 'constants' | 'main'): readonly string[] =>
  [...text.matchAll(new RegExp(`^// ${word}: (.*)$`, 'gm'))].flatMap(([, names]) => names!.split(', '));

/** Whether an entry of `// uses:` means this include: `lib/kv.*` and `lib/weights/*` mean those of one kind. */
export const means = (entry: string, include: string): boolean =>
  entry.endsWith('*') ? include.startsWith(entry.slice(0, -1)) : include === entry;

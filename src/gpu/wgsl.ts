import { invariant } from '../core/invariant.ts';

/** A compile-time value: a WGSL constant, or as a string the text of a type alias. */
export type ConstantValue = number | boolean | string;
export type Constants = Readonly<Record<string, ConstantValue>>;

/** A piece of WGSL and the name that error messages give it. */
export interface WgslPart {
  readonly name: string;
  readonly text: string;
}

interface Line {
  readonly text: string;
  readonly at: string;
}

const FOR = /^\s*#for (\w+) in (\w+)$/;
const END = /^\s*#end$/;

/**
 * Joins a prelude of constants and the parts into one module.
 *
 * Constants become `const NAME : u32 = 4u;` (booleans `bool`, fractions `f32`, strings are WGSL text, as in aliases:
 * `alias NAME = text;`). The one directive is a loop that is unrolled in the text, because private arrays that are
 * indexed by a loop variable spill on several drivers: `#for r in ROWS` … `#end` repeats its lines with `$r` replaced
 * by 0, 1, …; ROWS is a constant or a number.
 * @returns the code, and a function from its line number to `part:line`.
 */
export function expandWgsl(
  parts: readonly WgslPart[],
  constants: Constants,
): { code: string; origin: (line: number) => string } {
  const prelude = Object.entries(constants).map(([name, value]): Line => ({
    text: constantLine(name, value),
    at: 'prelude',
  }));
  const lines: Line[] = [];
  const enables: Line[] = [];
  for (const { name, text } of parts)
    text.split('\n').forEach((content, i) => {
      const line = { text: content, at: `${name}:${i + 1}` };
      if (/^(enable|diagnostic|requires)\b/.test(content)) enables.push(line);
      else lines.push(line);
    });
  const unique = enables.filter((line, i) => enables.findIndex((other) => other.text === line.text) === i);
  const all = [...unique, ...prelude, ...unroll(lines, constants)];
  return {
    code: all.map((line) => line.text).join('\n'),
    origin: (line) => all[line - 1]?.at ?? `line ${line}`,
  };
}

function constantLine(name: string, value: Constants[string]): string {
  if (typeof value === 'string') return `alias ${name} = ${value};`;
  if (typeof value === 'boolean') return `const ${name} : bool = ${value};`;
  return Number.isInteger(value) && value >= 0
    ? `const ${name} : u32 = ${value}u;`
    : `const ${name} : f32 = ${floatText(value)};`;
}

const floatText = (value: number): string => (/[.e]/.test(String(value)) ? `${value}f` : `${value}.0f`);

function unroll(lines: readonly Line[], constants: Constants): Line[] {
  const out: Line[] = [];
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!;
    const loop = FOR.exec(line.text);
    if (!loop) {
      invariant(!END.test(line.text), () => `#end without #for at ${line.at}`);
      out.push(line);
      continue;
    }
    const end = matchingEnd(lines, i);
    const [, variable, bound] = loop;
    const count = Number(constants[bound!] ?? bound);
    invariant(Number.isInteger(count) && count >= 0, () => `#for bound ${bound} is not a count at ${line.at}`);
    const body = lines.slice(i + 1, end);
    for (let n = 0; n < count; n++)
      out.push(
        ...unroll(
          body.map(({ text, at }) => ({ text: text.replaceAll(`$${variable}`, String(n)), at })),
          constants,
        ),
      );
    i = end;
  }
  return out;
}

function matchingEnd(lines: readonly Line[], start: number): number {
  let depth = 0;
  for (let i = start; i < lines.length; i++) {
    if (FOR.test(lines[i]!.text)) depth++;
    if (END.test(lines[i]!.text) && --depth === 0) return i;
  }
  throw new Error(`#for without #end at ${lines[start]!.at}`);
}

import { invariant } from '../core/invariant.ts';

/** The WGSL type of a compile-time value, as a kernel declares it: its value does not decide it. */
export type ConstantType = 'u32' | 'i32' | 'f32' | 'bool';
export type ConstantValue = number | boolean;
export type Constants = Readonly<Record<string, ConstantValue>>;

export interface TypedConstant {
  readonly type: ConstantType;
  readonly value: ConstantValue;
}
export type TypedConstants = Readonly<Record<string, TypedConstant>>;

/** Constants of declared types. @throws when a value is none of its type: a wrong call of a kernel. */
export function typedConstants(types: Readonly<Record<string, ConstantType>>, values: Constants): TypedConstants {
  return Object.fromEntries(
    Object.entries(types).map(([name, type]) => {
      const value = values[name];
      invariant(value !== undefined && suits(type, value), () => `the constant ${name} : ${type} is ${String(value)}`);
      return [name, { type, value }];
    }),
  );
}

function suits(type: ConstantType, value: ConstantValue): boolean {
  if (type === 'bool' || typeof value === 'boolean') return type === 'bool' && typeof value === 'boolean';
  if (type === 'f32') return Number.isFinite(value);
  const [least, most] = type === 'u32' ? [0, 2 ** 32 - 1] : [-(2 ** 31), 2 ** 31 - 1];
  return Number.isInteger(value) && value >= least && value <= most;
}

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
const ENABLE = /^enable\s+([^;]+);/;

/**
 * Joins a prelude of constants and the parts into one module.
 *
 * Constants become `const NAME : u32 = 4u;`. Lines that begin with `enable`, `requires` or `diagnostic` go first, each once.
 * The one directive is a loop that is unrolled in the text, because private arrays that are
 * indexed by a loop variable spill on several drivers: `#for r in ROWS` … `#end` repeats its lines with `$r` replaced
 * by 0, 1, …; ROWS is a constant or a number.
 * @returns the code, a function from its line number to `part:line`, and the names that it enables.
 */
export function expandWgsl(
  parts: readonly WgslPart[],
  constants: TypedConstants,
): { code: string; origin: (line: number) => string; enables: readonly string[] } {
  const prelude = Object.entries(constants).map(([name, constant]): Line => ({
    text: constantLine(name, constant),
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
    enables: unique.flatMap(
      ({ text }) =>
        ENABLE.exec(text)?.[1]!
          .split(',')
          .map((name) => name.trim()) ?? [],
    ),
  };
}

function constantLine(name: string, { type, value }: TypedConstant): string {
  if (type === 'bool') return `const ${name} : bool = ${value};`;
  if (type === 'f32') return `const ${name} : f32 = ${floatText(Number(value))};`;
  // -2147483648i is a negated literal that is too large: WGSL wants it as an abstract number.
  return type === 'u32' ? `const ${name} : u32 = ${value}u;` : `const ${name} : i32 = ${value};`;
}

const floatText = (value: number): string => (/[.e]/.test(String(value)) ? `${value}f` : `${value}.0f`);

function unroll(lines: readonly Line[], constants: TypedConstants): Line[] {
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
    const count = Number(constants[bound!]?.value ?? bound);
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

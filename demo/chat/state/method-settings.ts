import {
  attentionOf,
  cacheMethodOf,
  checkCombination,
  formatSpec,
  METHODS,
  parseSpec,
  type AnyMethod,
  type KvType,
  type MethodSpec,
} from 'winnow-llm/methods';
import { toProblem, type Problem } from '../../shared/problem.ts';

/** What a conversation does to its cache and attention, as texts of the package's own grammar; absent = keep and read all. */
export interface MethodTexts {
  /** `h2o:budget=512,sinks=4`, as on the command line. */
  readonly cache?: string;
  /** `token-select:k=64`. */
  readonly attention?: string;
  readonly kv?: KvType;
}
export const METHOD_PARTS = ['cache', 'attention'] as const;
export type MethodPart = (typeof METHOD_PARTS)[number];

export const KV_TYPES: readonly KvType[] = METHODS.flatMap((method) => (method.kind === 'kv' ? [method.name] : [])).map(
  (name) => name as KvType,
);
export const NONE = 'none';

/** The methods that can be chosen for the cache, or for attention. */
export const methodsOf = (part: MethodPart): readonly AnyMethod[] =>
  METHODS.filter(({ kind }) => (part === 'cache' ? kind === 'cache' : kind.startsWith('attention')));

/** Why the package would refuse these methods; undefined when it takes them. */
export function methodProblem({ cache, attention, kv }: MethodTexts): Problem | undefined {
  try {
    checkCombination({
      cache: cache === undefined ? undefined : cacheMethodOf(cache),
      attention: attention === undefined ? undefined : attentionOf(attention),
      kv,
    });
    return undefined;
  } catch (error) {
    return toProblem(error);
  }
}

/** The method's one sentence and its other facts; undefined for a text that names none. */
export function methodOf(text: string | undefined): AnyMethod | undefined {
  const spec = specOf(text);
  return spec && METHODS.find(({ name }) => name === spec.name);
}

/** The text as data; undefined when it cannot be read. */
export function specOf(text: string | undefined): MethodSpec | undefined {
  try {
    return text === undefined ? undefined : parseSpec(text);
  } catch {
    return undefined;
  }
}

/** The parameter that says how much a method keeps or reads: the first that has no default. */
export const sizeKey = (method: AnyMethod): string | undefined =>
  method.parameters.find((parameter) => parameter.default === 'required')?.key;

/** How much the text says to keep or read. */
export function sizeOf(text: string): number | undefined {
  const method = methodOf(text);
  const key = method && sizeKey(method);
  const value = key === undefined ? undefined : specOf(text)?.parameters[key];
  return typeof value === 'number' ? value : undefined;
}

/** The text with another size, all else as it is. */
export function withSize(text: string, size: number): string {
  const spec = specOf(text);
  const method = methodOf(text);
  const key = method && sizeKey(method);
  if (!spec || key === undefined) return text;
  return formatSpec({ name: spec.name, parameters: { ...spec.parameters, [key]: size } });
}

const FIRST_SIZES: Readonly<Record<string, number>> = { budget: 256, window: 256, k: 64, pages: 16 };

/** A text to begin with: the method at a middling size, or at the one that `previous` has of the same kind. */
export function firstText(name: string, previous?: string): string {
  const method = METHODS.find((each) => each.name === name);
  const key = method && sizeKey(method);
  if (key === undefined) return name;
  const before = methodOf(previous);
  const kept = before && sizeKey(before) === key && previous !== undefined ? sizeOf(previous) : undefined;
  return `${name}:${key}=${kept ?? FIRST_SIZES[key] ?? 64}`;
}

/** The methods in one line: "h2o:budget=64 · quest:pages=16 · kv q8". */
export function describeMethods({ cache, attention, kv }: MethodTexts): string {
  const parts = [
    ...(cache === undefined ? [] : [cache]),
    ...(attention === undefined ? [] : [attention]),
    ...(kv === undefined || kv === 'f16' ? [] : [`kv ${kv}`]),
  ];
  return parts.join(' · ') || 'everything kept';
}

/** The methods alone, out of settings. */
export const pickMethods = ({ cache, attention, kv }: MethodTexts): MethodTexts => ({
  ...(cache !== undefined && { cache }),
  ...(attention !== undefined && { attention }),
  ...(kv !== undefined && { kv }),
});

/** Whether both ask for the same. */
export const sameMethods = (a: MethodTexts, b: MethodTexts): boolean =>
  a.cache === b.cache && a.attention === b.attention && (a.kv ?? 'f16') === (b.kv ?? 'f16');

/** Methods out of data of unknown origin, such as a stored session; what is not one is left out. */
export function readMethodTexts(stored: unknown): MethodTexts {
  if (typeof stored !== 'object' || stored === null) return {};
  const { cache, attention, kv } = stored as Readonly<Record<string, unknown>>;
  const known = KV_TYPES.find((type) => type === kv);
  const texts: MethodTexts = {
    ...(typeof cache === 'string' && { cache }),
    ...(typeof attention === 'string' && { attention }),
    ...(known !== undefined && { kv: known }),
  };
  return methodProblem(texts) ? {} : texts;
}

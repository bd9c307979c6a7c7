/** The text of WGSL constants that TypeScript names: what both sides must agree on is written once. */

/** `observeFrom` as WGSL writes constants: OBSERVE_FROM. What is written so already stays. */
const upperSnake = (name: string): string => name.replaceAll(/([a-z])([A-Z])/g, '$1_$2').toUpperCase();

const declarations = (
  values: Readonly<Record<string, number>>,
  prefix: string | undefined,
  literal: (value: number) => string,
): string =>
  Object.entries(values)
    .map(([name, value]) => `const ${prefix ? `${prefix}_` : ''}${upperSnake(name)} = ${literal(value)};`)
    .join('\n');

/**
 * A `const` of type u32 for every value, a line each.
 * @param prefix stands before every name, with an underscore: 'ROW' makes ROW_TOKEN of `token`.
 */
export const u32Constants = (values: Readonly<Record<string, number>>, prefix?: string): string =>
  declarations(values, prefix, (value) => `${value}u`);

/** The same of type f32. */
export const f32Constants = (values: Readonly<Record<string, number>>, prefix?: string): string =>
  declarations(values, prefix, (value) => `${value}f`);

/** The constants behind a file's text, so that lines of compiler messages are lines of the file. */
export const withConstants = (text: string, ...constants: readonly string[]): string => [text, ...constants].join('\n');

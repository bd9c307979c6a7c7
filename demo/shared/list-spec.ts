/** A setting that is a list of numbers, each between `min` and `max`. */
export interface ListSpec<Key extends string = string> {
  readonly key: Key;
  /** Its name in the address. */
  readonly query: string;
  readonly label: string;
  readonly hint: string;
  readonly min: number;
  readonly max: number;
  /** Whole numbers only, unless fractions are said to be allowed. */
  readonly fractions?: true;
}

const MAX_LIST = 16;

/** A text such as "128, 512" as a list that the setting allows, in rising order, or the reason why it is none. */
export function readList(
  spec: ListSpec,
  text: string,
): { readonly value: readonly number[] } | { readonly problem: string } {
  const form = spec.fractions ? /^(\d+\.?\d*|\.\d+)$/ : /^\d+$/;
  const parts = text.split(',').map((part) => part.trim());
  const numbers = parts.map((part) => (form.test(part) ? Number(part) : Number.NaN));
  const fits = numbers.every((number) => number >= spec.min && number <= spec.max);
  if (fits && numbers.length <= MAX_LIST) return { value: [...new Set(numbers)].toSorted((a, b) => a - b) };
  return {
    problem: `${spec.label} must be 1 to ${MAX_LIST} ${spec.fractions ? '' : 'whole '}numbers from ${spec.min} to ${spec.max.toLocaleString('en')}, with commas between them.`,
  };
}

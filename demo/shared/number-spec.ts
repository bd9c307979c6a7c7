/** One setting that is a number: its name, its bounds, and how the page shows it. */
export interface NumberSpec<Key extends string = string> {
  readonly key: Key;
  /** Its name in the address: the same word as the flag of the `winnow` command. */
  readonly query: string;
  readonly label: string;
  readonly hint: string;
  readonly min: number;
  readonly max: number;
  /** 1 means whole numbers only. */
  readonly step: number;
  /** Shown while the setting is absent and has no default number. */
  readonly absent?: string;
}

/** A text as a number that the setting allows, or the reason why it is none. */
export function readNumber(spec: NumberSpec, text: string): { readonly value: number } | { readonly problem: string } {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  const whole = spec.step === 1;
  if (value >= spec.min && value <= spec.max && (!whole || Number.isInteger(value))) return { value };
  return { problem: `${spec.label} must be a ${whole ? 'whole ' : ''}number from ${spec.min} to ${spec.max}.` };
}

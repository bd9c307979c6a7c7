/** By kind and name what has had it, in order: texts are compared, everything else is itself only. */
const HAVE = new Map<string, unknown[]>();

/**
 * The name by which a thing is told apart from others of its kind that call themselves the same: the first of a name has it
 * as it is, the second is `name#2`. Plans and pipelines are kept by such names.
 */
export function distinctName(
  kind: 'aux' | 'noise' | 'part' | 'policy' | 'proposer' | 'selection',
  name: string,
  identity: unknown,
): string {
  const key = `${kind} ${name}`;
  const same = HAVE.get(key) ?? [];
  if (same.length === 0) HAVE.set(key, same);
  let at = same.indexOf(identity);
  if (at < 0) at = same.push(identity) - 1;
  return at === 0 ? name : `${name}#${at + 1}`;
}

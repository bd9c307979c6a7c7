import { assignLooks, type MethodLook } from '../../shared/method-colours.ts';
import { methodsOf, withoutSize } from 'winnow-llm/eval/records';

/** The runs of one setting, over all its sizes, from the one that costs least to the one that costs most. */
export interface Series<Run> {
  /** The setting without its size: what a legend says. */
  readonly name: string;
  readonly look: MethodLook;
  /** The method that keeps slots by lot, which every other has to beat. */
  readonly floor: boolean;
  readonly runs: readonly Run[];
}

/** Groups runs by their settings, in the order in which these come first; `size` is what those of a series go by. */
export function seriesOf<Run extends { readonly setting: string }>(
  runs: readonly Run[],
  size: (run: Run) => number,
): readonly Series<Run>[] {
  const groups = new Map<string, Run[]>();
  for (const run of runs) {
    const name = withoutSize(run.setting) || run.setting;
    groups.set(name, [...(groups.get(name) ?? []), run]);
  }
  const named = [...groups.keys()].map((key) => ({ key, ...firstMethod(key) }));
  const looks = assignLooks(named);
  return named.map(({ key, method }) => ({
    name: key,
    look: looks.get(key)!,
    floor: method === 'random',
    runs: (groups.get(key) ?? []).toSorted((a, b) => size(a) - size(b)),
  }));
}

/** The name of a setting's first method; a text that is none, such as one of a file, stands for itself. */
function firstMethod(text: string): { readonly method: string; readonly ring: boolean } {
  try {
    const [first] = methodsOf(text);
    return { method: first?.name ?? text, ring: first?.kind.startsWith('attention') ?? false };
  } catch {
    return { method: text, ring: false };
  }
}

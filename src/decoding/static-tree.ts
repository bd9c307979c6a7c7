/** The shape of a draft tree that never changes: of each node the parent, and which of the parent's successors it is. */
export interface StaticTree {
  /** Node 0 is the root; a parent is lower than its children, and levels follow each other. */
  readonly parents: readonly number[];
  /** From 0, the likeliest; the root's says nothing. */
  readonly ranks: readonly number[];
  /** Levels below the root. */
  readonly depth: number;
}

/** How often the successor of each rank was the one that came, in replays of answers whose successors were noted as they came. */
const RANK_SHARES = [0.45, 0.15, 0.09, 0.06, 0.045, 0.028, 0.02, 0.015] as const;

interface Candidate {
  readonly path: readonly number[];
  readonly value: number;
}

/**
 * The `nodes` nodes, root included, that are most often reached where a rank comes with these shares whatever came before.
 * Shares that fall make the set closed: a node is worth less than its parent and than its elder sibling.
 */
export function staticTree(nodes: number, shares: readonly number[] = RANK_SHARES): StaticTree {
  const taken: Candidate[] = [];
  const open: Candidate[] = [{ path: [], value: 1 }];
  while (taken.length < nodes) {
    const best = open.reduce((a, b) => (b.value > a.value ? b : a));
    open.splice(open.indexOf(best), 1);
    taken.push(best);
    const { path, value } = best;
    open.push({ path: [...path, 0], value: value * shares[0]! });
    const rank = path.at(-1);
    if (rank !== undefined && rank + 1 < shares.length)
      open.push({ path: [...path.slice(0, -1), rank + 1], value: (value / shares[rank]!) * shares[rank + 1]! });
  }
  const paths = taken.map(({ path }) => path).toSorted(inLevels);
  const numbers = new Map(paths.map((path, node) => [path.join(), node]));
  return {
    parents: paths.map((path) => numbers.get(path.slice(0, -1).join())!),
    ranks: paths.map((path) => path.at(-1) ?? 0),
    depth: paths.at(-1)!.length,
  };
}

/** Level by level, within a level by the ranks from the root on. */
function inLevels(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length) return a.length - b.length;
  const at = a.findIndex((rank, i) => rank !== b[i]);
  return at < 0 ? 0 : a[at]! - b[at]!;
}

/**
 * Whether a Worker is still there. Nothing tells a page that a Worker was ended from outside, and one that computes answers
 * nothing meanwhile; but a lock that it holds for as long as it lives is given on by the browser when it is gone.
 */

let held: Promise<string | undefined> | undefined;

/** The Worker's side: the name of a lock that this thread holds until its end; undefined where there are no locks. */
export const holdLife = (): Promise<string | undefined> => {
  held ??= new Promise((resolve) => {
    const locks = globalThis.navigator?.locks;
    if (locks === undefined) return resolve(undefined);
    const name = `winnow-worker/${crypto.randomUUID()}`;
    const forEver = new Promise<never>(() => {});
    locks
      .request(name, () => {
        resolve(name);
        return forEver;
      })
      .catch(() => resolve(undefined)); // pages without an origin have no locks
    return undefined;
  });
  return held;
};

/** The page's side: calls `onEnd` when the thread that holds the lock is gone, unless the signal fires before. */
export async function watchLife(name: string, signal: AbortSignal, onEnd: () => void): Promise<void> {
  try {
    const { locks } = globalThis.navigator;
    // A lock of another origin is not seen here, and would seem to be free.
    const { held: all = [] } = await locks.query();
    if (all.some((lock) => lock.name === name)) await locks.request(name, { signal }, onEnd);
  } catch {
    // Aborted, or there are no locks: then failing calls and the limits of time are what tells.
  }
}

/** The measurement may wait for the next garbage collection; this long is enough of a wait. */
const PATIENCE_MS = 10_000;

/** Bytes of JavaScript memory of the page and its workers; null where the browser does not tell, or not soon. */
export async function pageMemory(): Promise<number | null> {
  const { measureUserAgentSpecificMemory: measure } = performance as Performance & {
    measureUserAgentSpecificMemory?: () => Promise<{ readonly bytes: number }>;
  };
  if (!measure) return null;
  const tooLate = new Promise<null>((resolve) => setTimeout(() => resolve(null), PATIENCE_MS));
  try {
    return await Promise.race([measure.call(performance).then(({ bytes }) => bytes), tooLate]);
  } catch {
    return null; // refused, for example where pages share a process
  }
}

/** Random inputs, one seed each, against invariants. */

import { WinnowError } from '../../src/core/errors.ts';

/** An invariant that does not hold, and the input that shows it. */
export class Find extends Error {
  readonly input: string;
  constructor(message: string, input: string) {
    super(message);
    this.name = 'Find';
    this.input = input.length > 4000 ? `${input.slice(0, 4000)}… (${input.length} characters)` : input;
  }
}

export interface FuzzPart {
  readonly name: string;
  /** What must hold, in one line. */
  readonly about: string;
  /** Most milliseconds of CPU time of one round, where the part bounds them. */
  readonly milliseconds?: number;
  /** Makes the input of a seed and tries it. @throws Find; any other error is one too */
  round(seed: number): Promise<void>;
}

export interface FuzzOptions {
  readonly parts: readonly FuzzPart[];
  /** Round i of a part has the seed `seed + i`. */
  readonly seed: number;
  /** Rounds of each part. */
  readonly rounds: number;
  /** Time for all parts together. */
  readonly milliseconds?: number;
  /** Whether a round that computes longer than its part allows is a find; not where others share the process. */
  readonly timed?: boolean;
  readonly say?: (line: string) => void;
}

/** After so many finds of a part the rest would say the same. */
const MOST_FINDS = 5;

/** Runs the parts one after the other, each for its share of the time. */
export async function fuzz(options: FuzzOptions): Promise<{ finds: number; rounds: number }> {
  const { parts, seed, rounds, milliseconds = Number.POSITIVE_INFINITY, timed = false, say = () => {} } = options;
  let finds = 0;
  let total = 0;
  for (const part of parts) {
    const end = performance.now() + milliseconds / parts.length;
    let own = 0;
    let done = 0;
    for (; done < rounds && own < MOST_FINDS && performance.now() < end; done++) {
      const roundSeed = (seed + done) >>> 0;
      // oxlint-disable-next-line no-await-in-loop -- one round after the other
      const found = await tryRound(part, roundSeed, timed);
      if (!found) continue;
      own++;
      say(`${part.name}: ${found.message} [npm run fuzz -- ${part.name} --seed ${roundSeed} --rounds 1]`);
      say(`  input: ${found.input}`);
    }
    say(`${part.name}: ${done} rounds from seed ${seed}, ${own} finds (${part.about})`);
    finds += own;
    total += done;
  }
  return { finds, rounds: total };
}

async function tryRound(part: FuzzPart, seed: number, timed: boolean): Promise<Find | undefined> {
  // Others on the machine must not make a find.
  const before = process.cpuUsage();
  try {
    await part.round(seed);
  } catch (error) {
    if (error instanceof Find) return error;
    return new Find(
      `an error that no part foresaw: ${error instanceof Error ? error.stack : String(error)}`,
      `seed ${seed}`,
    );
  }
  const { user, system } = process.cpuUsage(before);
  const took = (user + system) / 1000;
  if (!timed || part.milliseconds === undefined || took <= part.milliseconds) return undefined;
  return new Find(`computed for ${took.toFixed(0)} ms, more than ${part.milliseconds}`, `seed ${seed}`);
}

/** Runs something whose failures must have codes. @returns undefined where it failed with one. @throws Find */
export async function coded<T>(input: () => string, work: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof WinnowError && error.code !== 'internal') return undefined;
    if (error instanceof Find) throw error;
    throw new Find(`an error without a code: ${error instanceof Error ? error.stack : String(error)}`, input());
  }
}

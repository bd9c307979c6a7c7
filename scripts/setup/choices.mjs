// Several ways to one end: the first that works is taken, and what failed is said.
import { say } from '../lib/project.mjs';

/**
 * Tries each choice in turn until one works.
 * @param {string} need what is wanted, for the error
 * @param {{ name: string, whyNot?: string, doing: string, work: () => Promise<unknown> }[]} choices
 *   whyNot: the reason why it cannot be tried here; doing: said before `work`
 * @throws {Error} naming every choice and why it failed
 */
export async function firstThatWorks(need, choices) {
  const failures = [];
  for (const { name, whyNot, doing, work } of choices) {
    if (whyNot) {
      failures.push(`${name}: ${whyNot}`);
      continue;
    }
    say(`setup: ${doing}`);
    try {
      return await work();
    } catch (error) {
      failures.push(`${name}: ${error.message}`);
      say(`setup: that failed (${error.message})`);
    }
  }
  throw new Error(`${need} could not be had.${failures.map((line) => `\n  - ${line}`).join('')}`);
}

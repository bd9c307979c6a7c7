// Takes turns: in every round each side runs each prompt, one side at a time.
import { say } from '../../../scripts/lib/project.mjs';

const WARM_UP_TOKENS = 1;

/**
 * Runs all sides in turns; every second round goes the other way round. A side that fails is told and left out from there on.
 * @param {{ name: string, run: ((request: object) => Promise<object>) | undefined, runs: object[],
 *   takesText?: boolean, problem?: string }[]} sides
 *   filled in: `runs` (as in summary.ts) and `problem`
 * @param {{ prompts: object[], decodeTokens: number, runs: number, encode(text: string): Promise<number[]> }} settings
 */
export async function takeTurns(sides, settings) {
  const { prompts, decodeTokens, runs } = settings;
  const encode = (text) => settings.encode(text);
  for (let round = 0; round <= runs; round++) {
    const order = round % 2 === 1 ? sides : sides.toReversed();
    // Round 0 compiles what has to be compiled.
    const wanted = round === 0 ? prompts.slice(0, 1) : prompts;
    for (const prompt of wanted) {
      for (const side of order) {
        if (!side.run) continue;
        await oneTurn(side, prompt, round === 0 ? WARM_UP_TOKENS : decodeTokens, round, encode);
      }
    }
  }
}

async function oneTurn(side, { tokens, ids: prompt, text }, decode, round, encode) {
  try {
    if (side.takesText && text === undefined)
      throw new Error('it takes text, and the text of this prompt has other ids');
    const answer = await side.run({ prompt, decode, text });
    if (answer.ids && answer.ids.length !== decode + 1) {
      throw new Error(`it made ${answer.ids.length} tokens where ${decode + 1} were asked for`);
    }
    const ids = answer.ids ?? (await encode(text + answer.text)).slice(prompt.length);
    const { prefillMs, decodeMs } = answer;
    if (round > 0) side.runs.push({ round, tokens, prefillMs, decoded: decode, decodeMs, ids });
    say(
      `${round === 0 ? 'warm-up' : `round ${round}`}  ${side.name.padEnd(18)} ${tokens} tokens in ${(prefillMs / 1000).toFixed(2)} s, ` +
        `then ${decode} in ${(decodeMs / 1000).toFixed(2)} s`,
    );
  } catch (error) {
    side.problem = error.message;
    side.run = undefined;
    say(`${side.name} failed: ${error.message}`);
  }
}

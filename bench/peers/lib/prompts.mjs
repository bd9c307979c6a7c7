// Prompts: the beginning of a diary that counts its days, as ids for runtimes that take ids and as text for those that take text.
// How it goes on is plain, so that runtimes whose weights differ a little still agree on the ids, unless one computes something else.

/**
 * @param {{ encode(text: string): Promise<number[]>, decode(ids: number[]): Promise<string> }} tokenizer
 * @param {readonly number[]} lengths in tokens
 * @returns {Promise<{ tokens: number, ids: number[], text: string | undefined }[]>} text: undefined where it has other ids
 */
export async function makePrompts(tokenizer, lengths) {
  const days = Math.max(...lengths); // A day has many tokens, so this is more than enough.
  const diary = Array.from(
    { length: days },
    (_, i) => `Day ${i + 1}: we walked ${i + 11} miles and saw ${i + 2} birds.\n`,
  );
  const all = await tokenizer.encode(diary.join(''));
  return Promise.all(
    lengths.map(async (tokens) => {
      const ids = all.slice(0, tokens);
      const text = await tokenizer.decode(ids);
      const again = await tokenizer.encode(text);
      return { tokens, ids, text: again.join() === ids.join() ? text : undefined };
    }),
  );
}

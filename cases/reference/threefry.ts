const ROTATIONS = [
  [10, 26],
  [11, 21],
  [13, 27],
  [23, 5],
  [6, 20],
  [17, 11],
  [25, 10],
  [18, 20],
] as const;
const PARITY = 0x1bd11bda;

const rotate = (word: number, by: number): number => ((word << by) | (word >>> (32 - by))) >>> 0;

/**
 * Threefry4x32-20 (Salmon et al., SC'11), round by round as the paper has it: X' = X + Y, Y' = (Y rotated) xor X', the
 * partners changing every round; every four rounds the next words of the key and the number of the injection are added.
 * @param counter 4 words @param key 4 words @returns 4 words
 */
export function threefry4x32(counter: readonly number[], key: readonly number[]): number[] {
  const keys = [...key, key.reduce((all, word) => all ^ word, PARITY)].map((word) => word >>> 0);
  const add = (words: number[], injection: number): number[] =>
    words.map((word, i) => (word + keys[(injection + i) % 5]! + (i === 3 ? injection : 0)) >>> 0);
  let words = add([...counter], 0);
  for (let round = 0; round < 20; round++) {
    const rotations = ROTATIONS[round % 8]!;
    const partners = round % 2 === 0 ? [1, 3] : [3, 1];
    rotations.forEach((by, pair) => {
      const left = 2 * pair;
      const right = partners[pair]!;
      words[left] = (words[left]! + words[right]!) >>> 0;
      words[right] = (rotate(words[right]!, by) ^ words[left]) >>> 0;
    });
    if (round % 4 === 3) words = add(words, (round + 1) / 4);
  }
  return words;
}

import type { Random } from '../core/rng.ts';

const WORDS =
  'marigold thimble walnut velvet copper saffron pebble lantern orchid trumpet cinnamon falcon mosaic turnip violin glacier pumpkin anchor tulip zebra button cactus dragon feather'.split(
    ' ',
  );

/** Five digits, none leading with 0, that the text does not hold; more digits for a text that holds too many numbers. */
export function secretNumber(random: Random, text: string): string {
  for (let digits = 5; ; digits++) {
    for (let attempt = 0; attempt < 100; attempt++) {
      const number = String(10 ** (digits - 1) + random.below(9 * 10 ** (digits - 1)));
      if (!text.includes(number)) return number;
    }
  }
}

/** A word that the text does not hold; where it holds all of them, a number. */
export function secretWord(random: Random, text: string): string {
  const first = random.below(WORDS.length);
  const lower = text.toLowerCase();
  for (let i = 0; i < WORDS.length; i++) {
    const word = WORDS[(first + i) % WORDS.length]!;
    if (!lower.includes(word)) return word;
  }
  return secretNumber(random, text);
}

/** A random identifier in the form of a version-4 UUID. */
export function uuid(random: Random): string {
  const hex = Array.from({ length: 4 }, () => random.word().toString(16).padStart(8, '0')).join('');
  const variant = '89ab'[parseInt(hex[16]!, 16) % 4]!;
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, variant + hex.slice(17, 20), hex.slice(20)].join(
    '-',
  );
}

/** The methods of Python's `str` that ask what characters it has. */

import { isAlnum, isAlpha, isCased, isDecimal, isDigit, isIdentifier, isLower, isNumeric, isPrintable, isSpace, isTitle, isUpper } from './unicode.ts'; // prettier-ignore

const all =
  (test: (point: string) => boolean) =>
  (text: string): boolean =>
    text !== '' && Array.from(text).every(test);

/** Whether some characters have case, and all that have it are as the test says. */
const cased =
  (wrong: (point: string) => boolean) =>
  (text: string): boolean => {
    let some = false;
    for (const point of text) {
      if (wrong(point)) return false;
      some ||= isCased(point);
    }
    return some;
  };

function isTitled(text: string): boolean {
  let [some, inWord] = [false, false];
  for (const point of text) {
    if (isUpper(point) || isTitle(point)) {
      if (inWord) return false;
      some = true;
    } else if (isLower(point) && !inWord) return false;
    inWord = isCased(point);
  }
  return some;
}

/** By name: `isalpha` and its like, of a whole text. */
export const TEXT_TESTS: Readonly<Record<string, (text: string) => boolean>> = {
  isalnum: all(isAlnum),
  isalpha: all(isAlpha),
  isascii: (text) => !/[^\0-\x7f]/.test(text),
  isdecimal: all(isDecimal),
  isdigit: all(isDigit),
  isidentifier: isIdentifier,
  islower: cased((point) => isUpper(point) || isTitle(point)),
  isnumeric: all(isNumeric),
  isprintable: (text) => Array.from(text).every(isPrintable),
  isspace: isSpace,
  istitle: isTitled,
  isupper: cased((point) => isLower(point) || isTitle(point)),
};

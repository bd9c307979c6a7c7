/** What Python's `str` knows of characters, where JavaScript knows it otherwise. */

/** White space as a class of regular expressions. Differs from `\s`: U+FEFF is none, U+001C to U+001F and U+0085 are. */
export const SPACE = String.raw`[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]`;
const SPACES = new RegExp(`^${SPACE}+$`);
const ONE_SPACE = new RegExp(SPACE);

/** Whether the text is white space and not empty. */
export const isSpace = (text: string): boolean => SPACES.test(text);

/** Whether a UTF-16 unit is white space; all of it lies below U+FFFF. */
export const isSpaceAt = (text: string, at: number): boolean => {
  const unit = text.charCodeAt(at);
  return unit <= 0x20 ? (unit >= 9 && unit <= 13) || unit >= 0x1c : unit >= 0x85 && ONE_SPACE.test(text[at]!);
};

/** Bounds [start, end) of the text without white space around it. */
export function trimmedBounds(text: string, left = true, right = true): readonly [start: number, end: number] {
  let [start, end] = [0, text.length];
  if (left) while (start < end && isSpaceAt(text, start)) start += 1;
  if (right) while (end > start && isSpaceAt(text, end - 1)) end -= 1;
  return [start, end];
}

export const stripped = (text: string): string => text.slice(...trimmedBounds(text));

/** Ends of lines that `splitlines` knows. */
// oxlint-disable-next-line no-control-regex -- Python takes these for ends of lines.
export const LINE_END = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/g;

const DIGITS_BEYOND_DECIMAL =
  /[\u00b2\u00b3\u00b9\u1369-\u1371\u19da\u2070\u2074-\u2079\u2080-\u2089\u2460-\u2468\u2474-\u247c\u2488-\u2490\u24ea\u24f5-\u24fd\u24ff\u2776-\u277e\u2780-\u2788\u278a-\u2792\u{10a40}-\u{10a43}\u{10e60}-\u{10e68}\u{11052}-\u{1105a}\u{1f100}-\u{1f10a}]/u;
/** Letters that stand for numbers, beside those of categories Nd, Nl and No. */
const NUMERIC_LETTERS =
  /[\u3405\u3483\u382a\u3b4d\u4e00\u4e03\u4e07\u4e09\u4e24\u4e5d\u4e8c\u4e94\u4e96\u4ebf\u4ec0\u4edf\u4ee8\u4f0d\u4f70\u5104\u5146\u5169\u516b\u516d\u5341\u5343\u5344\u5345\u534c\u53c1-\u53c4\u56db\u58f1\u58f9\u5e7a\u5efe\u5eff\u5f0c-\u5f0e\u5f10\u62fe\u634c\u67d2\u6f06\u7396\u767e\u8086\u842c\u8cae\u8cb3\u8d30\u9621\u9646\u964c\u9678\u96f6\uf96b\uf973\uf978\uf9b2\uf9d1\uf9d3\uf9fd\u{20001}\u{20064}\u{200e2}\u{20121}\u{2092a}\u{20983}\u{2098c}\u{2099c}\u{20aea}\u{20afd}\u{20b19}\u{22390}\u{22998}\u{23b1b}\u{2626d}\u{2f890}]/u;

export const isAlpha = (point: string): boolean => /\p{L}/u.test(point);
export const isDecimal = (point: string): boolean => /\p{Nd}/u.test(point);
export const isDigit = (point: string): boolean => isDecimal(point) || DIGITS_BEYOND_DECIMAL.test(point);
export const isNumeric = (point: string): boolean => /\p{N}/u.test(point) || NUMERIC_LETTERS.test(point);
export const isAlnum = (point: string): boolean => isAlpha(point) || isNumeric(point);
export const isLower = (point: string): boolean => /\p{Lowercase}/u.test(point);
export const isUpper = (point: string): boolean => /\p{Uppercase}/u.test(point);
export const isTitle = (point: string): boolean => /\p{Lt}/u.test(point);
export const isCased = (point: string): boolean =>
  point < '\x80' ? /[A-Za-z]/.test(point) : isLower(point) || isUpper(point) || isTitle(point);
/** Whether `repr` writes the character as it is. */
export const isPrintable = (point: string): boolean => point === ' ' || !/[\p{C}\p{Z}]/u.test(point);

/** Whether a text is a name in Python. */
export const isIdentifier = (text: string): boolean => /^[\p{XID_Start}_][\p{XID_Continue}]*$/u.test(text);

const TITLE_OF_DIGRAPHS: Readonly<Record<string, string>> = {
  Ǆ: 'ǅ', ǅ: 'ǅ', ǆ: 'ǅ', Ǉ: 'ǈ', ǈ: 'ǈ', ǉ: 'ǈ', Ǌ: 'ǋ', ǋ: 'ǋ', ǌ: 'ǋ', Ǳ: 'ǲ', ǲ: 'ǲ', ǳ: 'ǲ',
}; // prettier-ignore
const UNCHANGED_IN_TITLES = /[\u10d0-\u10fa\u10fd-\u10ff]/;

/** A character as it stands at the head of a title. */
export function titleOf(point: string): string {
  if (point < '\x80') return point.toUpperCase();
  const digraph = TITLE_OF_DIGRAPHS[point];
  if (digraph !== undefined) return digraph;
  if (UNCHANGED_IN_TITLES.test(point)) return point;
  return capitalOf(point);
}

/** The capital of a character, of which only the first letter stays one where it becomes several: ß becomes Ss. */
function capitalOf(point: string): string {
  const [first = '', ...rest] = Array.from(point.toUpperCase());
  if (rest.length === 0) return first;
  // Greek with iota below keeps it so in titles, where capitals have an iota behind them.
  if (/[\u1f80-\u1fff]/.test(point) && rest.at(-1) === 'Ι') {
    const below = `${first}${rest.slice(0, -1).join('')}\u0345`;
    return rest.length === 1 ? below.normalize('NFC') : below;
  }
  if (first === 'ʼ') return first + rest.join('');
  return first + rest.join('').toLowerCase();
}

/** `str.casefold` of a character. */
export function foldOf(point: string): string {
  if (/[\u13a0-\u13f5\u0131]/u.test(point)) return point;
  if (/[\u13f8-\u13fd\uab70-\uabbf]/u.test(point)) return point.toUpperCase();
  return point.toUpperCase().toLowerCase() === point
    ? point.toLowerCase()
    : lowerEach(point.toLowerCase().toUpperCase());
}

const lowerEach = (text: string): string => Array.from(text, (point) => point.toLowerCase()).join('');

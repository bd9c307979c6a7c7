import { effect } from '@preact/signals';
import { memoryState, pointedToken } from './state/memory-state.ts';
import { wordsOf, type MemoryWords, type Place } from './state/memory-words.ts';

const HIGHLIGHT = 'pointed';

/** While the panel is open: the word of the pointed column is highlighted, and a word that is pointed at lights its column. */
export function followPointedWords(): () => void {
  addEventListener('pointermove', pointAtWord);
  const stop = effect(() => {
    const words = shownWords();
    const token = pointedToken.value;
    highlight(token === undefined ? undefined : words?.placeOf(token));
  });
  return () => {
    removeEventListener('pointermove', pointAtWord);
    stop();
    highlight(undefined);
  };
}

function shownWords(): MemoryWords | undefined {
  const state = memoryState.value;
  return state.phase === 'shown' ? state.memory.words : undefined;
}

function pointAtWord(event: PointerEvent): void {
  if (!(event.target instanceof Element) || !event.target.closest(TEXTS)) return;
  const place = placeAt(event.clientX, event.clientY);
  const token = place && shownWords()?.tokenOf(place);
  if (token !== undefined) pointedToken.value = token;
}

const QUESTIONS = 'article.question';
const ANSWERS = 'article.answer';
const TEXTS = `${QUESTIONS}, ${ANSWERS} > .prose`;
const elements = (part: Place['part']): Element[] => [
  ...document.querySelectorAll(part === 'question' ? QUESTIONS : ANSWERS),
];
/** The text that was said, without what the page adds to it. */
const textOf = (article: Element): Element => article.querySelector(':scope > .prose') ?? article;

/** The word at a point of the window. */
function placeAt(x: number, y: number): Place | undefined {
  const caret = document.caretPositionFromPoint?.(x, y);
  const article = caret?.offsetNode.parentElement?.closest(`${QUESTIONS}, ${ANSWERS}`);
  if (!caret || !article) return undefined;
  const part = article.matches(QUESTIONS) ? 'question' : 'answer';
  const before = document.createRange();
  before.selectNodeContents(textOf(article));
  before.setEnd(caret.offsetNode, caret.offset);
  const at = before.toString().length;
  const found = wordsOf(textOf(article).textContent ?? '').find(
    (each) => each.at <= at && at <= each.at + each.word.length,
  );
  return found && { turn: elements(part).indexOf(article), part, word: found.word, nth: found.nth };
}

/** Marks a word without touching the page's elements. */
function highlight(place: Place | undefined): void {
  if (!('highlights' in CSS)) return;
  CSS.highlights.delete(HIGHLIGHT);
  const range = place && rangeOf(place);
  if (range) CSS.highlights.set(HIGHLIGHT, new Highlight(range));
}

function rangeOf({ turn, part, word, nth }: Place): Range | undefined {
  const article = elements(part)[turn];
  if (!article) return undefined;
  const root = textOf(article);
  const found = wordsOf(root.textContent ?? '').find((each) => each.word === word && each.nth === nth);
  if (!found) return undefined;
  const range = document.createRange();
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  let passed = 0;
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const length = node.textContent?.length ?? 0;
    const start = found.at - passed;
    const end = start + word.length;
    if (start >= 0 && start < length) range.setStart(node, start);
    if (end > 0 && end <= length) {
      range.setEnd(node, end);
      return range;
    }
    passed += length;
  }
  return undefined;
}

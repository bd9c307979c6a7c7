import { computed, signal } from '@preact/signals';
import type { EvalText } from 'winnow-llm/eval/records';
import { announce } from '../../shared/announcer.tsx';
import { describeText, SAMPLE_PROSE } from 'winnow-llm/eval/records';
import { MAX_LINK_TEXT, SAMPLE_NAME } from './lab-spec.ts';
import { changeSettings, settings } from './page-settings.ts';
import { fileProblem } from './results-state.ts';

const OWN_NAME = 'a text of your own';
const MAX_BYTES = 4e6;

/** A text that the address has no room for. */
const long = signal<{ readonly name: string; readonly content: string } | undefined>(undefined);

/** The text that is fed: the visitor's, or the one that comes with the page. */
export const text = computed<{ readonly name: string; readonly content: string }>(() => {
  if (long.value) return long.value;
  const { text: short, textName } = settings.value;
  return short === undefined
    ? { name: SAMPLE_NAME, content: SAMPLE_PROSE }
    : { name: textName ?? OWN_NAME, content: short };
});

/** The name of a text that the link was made with and does not hold; undefined once a text is chosen. */
export const missingText = computed(() =>
  long.value === undefined && settings.value.text === undefined ? settings.value.textName : undefined,
);

/** Takes a text, or with '' the one that comes with the page. A short one stands in the address. */
export function takeText(content: string, name?: string): void {
  const short = content.length <= MAX_LINK_TEXT;
  const sample = content.trim() === '' || content === SAMPLE_PROSE;
  long.value = short || sample ? undefined : { name: name ?? OWN_NAME, content };
  if (sample) changeSettings({ text: undefined, textName: undefined });
  else
    changeSettings({
      text: short ? content : undefined,
      textName: (name ?? (short ? undefined : OWN_NAME))?.slice(0, 80),
    });
}

/** Opens a text file of this device. */
export async function openText(file: File): Promise<void> {
  fileProblem.value = undefined;
  const problem = (happened: string): void => {
    fileProblem.value = {
      code: 'not-a-text',
      happened: `“${file.name}” was not opened: ${happened}`,
      expected: `A text file in UTF-8 of at most ${MAX_BYTES / 1e6} MB, a saved evaluation (.json) or a model (.gguf).`,
      todo: 'Choose such a file; what is on the page stays.',
    };
  };
  if (file.size > MAX_BYTES) return problem(`it has ${file.size} bytes.`);
  try {
    const content = new TextDecoder('utf-8', { fatal: true }).decode(await file.arrayBuffer());
    if (content.trim() === '') return problem('it is empty.');
    takeText(content, file.name);
    return announce(`${file.name} is the text now.`);
  } catch {
    return problem('it is no text in UTF-8.');
  }
}

/** The text as a result describes it; a short one is part of it. */
export function describedText(): EvalText {
  const { name, content } = text.value;
  return name === SAMPLE_NAME ? { name, characters: content.length } : describeText(name, content);
}

import type { ModelChoice } from './model-choice.ts';

const KEY = 'winnow-kept-model';

/** The address under which this browser keeps the file of a model, if it was loaded here before. */
export function keptAddress(choice: ModelChoice): string | undefined {
  const name = choiceKey(choice);
  return name === undefined ? undefined : read()[name];
}

/** Notes the address that a model was loaded from, so that the next visit asks for the same, kept file. */
export function noteKept(choice: ModelChoice, source: string | Blob): void {
  const name = choiceKey(choice);
  if (name === undefined || typeof source !== 'string') return;
  try {
    localStorage.setItem(KEY, JSON.stringify({ ...read(), [name]: source }));
  } catch {
    // Forbidden storage: the next visit then asks again before it loads.
  }
}

function choiceKey(choice: ModelChoice): string | undefined {
  if (choice.kind === 'known') return choice.model.name;
  return choice.kind === 'address' ? choice.url : undefined;
}

function read(): Readonly<Record<string, string>> {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    const entries = typeof stored === 'object' && stored !== null ? Object.entries(stored) : [];
    return Object.fromEntries(entries.filter(([, url]) => typeof url === 'string' && URL.canParse(url)));
  } catch {
    return {};
  }
}

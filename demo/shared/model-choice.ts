import { defaultModel, knownModels, type KnownModel } from './manifest.ts';

/** The model that the visitor wants to talk to. */
export type ModelChoice =
  | { readonly kind: 'known'; readonly model: KnownModel }
  | { readonly kind: 'address'; readonly url: string }
  | { readonly kind: 'file'; readonly file: File };

/** A text that names a model: as the settings keep it, or undefined when it is neither a known name nor an http(s) address. */
export function readModelName(text: string): string | undefined {
  const trimmed = text.trim();
  if (knownModels.some(({ name }) => name === trimmed)) return trimmed;
  if (!URL.canParse(trimmed)) return undefined;
  const url = new URL(trimmed);
  return url.protocol === 'https:' || url.protocol === 'http:' ? url.href : undefined;
}

/** The choice that a name out of `readModelName` describes; without one, the default model. */
export function choiceOf(name: string | undefined): ModelChoice {
  if (name === undefined) return { kind: 'known', model: defaultModel };
  const model = knownModels.find((known) => known.name === name);
  return model ? { kind: 'known', model } : { kind: 'address', url: name };
}

/** The name that leads back to the choice; undefined for the default model, and for a local file, which cannot be linked to. */
export function choiceName(choice: ModelChoice): string | undefined {
  const name = choice.kind === 'known' ? choice.model.name : choice.kind === 'address' ? choice.url : undefined;
  return name === defaultModel.name ? undefined : name;
}

/** How the page calls the model: its title, or the file's name. */
export function choiceTitle(choice: ModelChoice): string {
  if (choice.kind === 'known') return choice.model.title;
  if (choice.kind === 'file') return choice.file.name;
  const { pathname, host } = new URL(choice.url);
  return decoded(pathname.split('/').at(-1) || host);
}

/** A name as people write it; one whose escapes are broken, as it stands. */
function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

/** Bytes of the file, where they are known before anything is asked. */
export function choiceBytes(choice: ModelChoice): number | undefined {
  if (choice.kind === 'known') return choice.model.bytes;
  return choice.kind === 'file' ? choice.file.size : undefined;
}

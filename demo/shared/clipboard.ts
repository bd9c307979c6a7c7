import { announce } from './announcer.tsx';

/** Copies text and tells a screen reader how it went. True when the text is on the clipboard. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    announce('Copied.');
    return true;
  } catch {
    announce('Not copied: the browser does not let this page write to the clipboard.');
    return false;
  }
}

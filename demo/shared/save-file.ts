/** Hands a text to the visitor as a file. */
export function saveFile(name: string, type: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The download has taken its own hold of the bytes by then.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** "winnow-bench-2026-11-24T16-22" for the format "winnow-bench" and a result of that date (ISO 8601). */
export const fileStem = ({ format, date }: { readonly format: string; readonly date: string }): string =>
  `${format}-${date.slice(0, 16).replaceAll(/[^\dT-]/g, '-')}`;

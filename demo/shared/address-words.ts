/** What is wrong with a part of the address, and what the address says there. */
export const said = (problem: string, text: string): { readonly problem: string } => ({
  problem: `${problem} The address says “${shorten(text)}”.`,
});

/** A text of unknown length as a message can hold it. */
export const shorten = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}…` : text);

/** A chat as its template wrote it, and which of its characters are the template's own. Only those can be markers. */

import { END_NAMES, OPENER_NAMES } from './end-tokens.ts';
import { OWN, originsOf, type Span } from '../templates/text.ts';

export { OWN };

export interface RenderedChat {
  readonly text: string;
  /** A character for each UTF-16 unit of `text`: OWN, or GIVEN where a message, a tool or a document wrote it. */
  readonly origins: string;
  /** Whether a user-defined token is one that the template speaks with, so that nobody else may write it. */
  readonly isMarker: (token: string) => boolean;
}

/** Shorter ones are punctuation and spaces, which texts are full of. */
const MIN_MARKER = 3;
const MARKER_SHAPE = /^(?:<\/?[|\uFF5C][^]*[|\uFF5C]>|\[\/?[A-Z_]+\])$/;
const KNOWN = new Set([...END_NAMES, ...OPENER_NAMES]);

/** @param source of the template that rendered it */
export function renderedChat(spans: readonly Span[], source: string): RenderedChat {
  const spoken = (token: string): boolean =>
    [token, opened(token), closed(token)].some((each) => source.includes(each));
  return {
    text: spans.map(({ text }) => text).join(''),
    origins: originsOf(spans),
    isMarker: (token) =>
      token.length >= MIN_MARKER &&
      token.trim() !== '' &&
      (KNOWN.has(token) || MARKER_SHAPE.test(token) || spoken(token)),
  };
}

/** `<think>` and `</think>` go together: a template that writes one has the other for a marker too. */
const opened = (token: string): string => token.replace(/^([<[])\//, '$1');
const closed = (token: string): string => token.replace(/^([<[])(?!\/)/, '$1/');

/** The chat from a UTF-16 offset on. */
export const chatFrom = (chat: RenderedChat, start: number): RenderedChat => ({
  text: chat.text.slice(start),
  origins: chat.origins.slice(start),
  isMarker: chat.isMarker,
});

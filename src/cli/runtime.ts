/** What the command needs of the library: part of the public Node API, so that tests can give it another. */

import type * as node from '../node.ts';

export interface Runtime extends Pick<typeof node, 'createEngine' | 'inspectModel' | 'openTokenizer'> {
  readonly VERSION: string;
}
export type { ModelInspection } from '../node.ts';

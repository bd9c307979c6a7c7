/** What the command needs of the library: part of the public Node API, so that tests can give it another. */

import type * as node from '../node.ts';

export type Runtime = Pick<typeof node, 'VERSION' | 'createEngine' | 'inspectModel' | 'openTokenizer'>;
export type { ModelInspection } from '../node.ts';

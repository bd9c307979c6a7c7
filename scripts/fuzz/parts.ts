/** The parts of `npm run fuzz`: a new one is its file and its line here. */

import type { FuzzPart } from './fuzz.ts';
import { headers } from './headers.ts';
import { ids } from './ids.ts';
import { markers } from './markers.ts';
import { templates } from './templates.ts';
import { tokenizers } from './tokenizers.ts';
import { transcripts } from './transcripts.ts';

export { fuzz } from './fuzz.ts';

export const PARTS: readonly FuzzPart[] = [headers, tokenizers, templates, markers, transcripts, ids];

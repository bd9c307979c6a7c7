// Where things of bench/peers are.
import { join } from 'node:path';
import { root } from '../../../scripts/lib/project.mjs';

export const peersFolder = join(root, 'bench', 'peers');
/** Packages of peers, converted weights, the built page: all of it can be made again. */
export const peersCache = join(peersFolder, '.cache');
export const sidesFolder = join(peersFolder, 'sides');
export const resultsFolder = join(root, 'bench', 'results');

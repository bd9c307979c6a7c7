import { defineProposer } from '../define-proposer.ts';
import { combined } from './combined.ts';

/** Rows that are tried. */
const SIZES = [2, 4, 8, 16, 32] as const;

/**
 * `combined` with as many nodes as pay on this device, and none where none do: steps are timed as they run, drafts that cost more
 * than they give are off within a few steps and are tried again later.
 */
export const auto = defineProposer({
  name: 'auto',
  listed: 1,
  description: 'Drafts as combined does, with as many nodes as pay in time here, or with none.',
  paper: undefined,
  status: 'faithful',
  settings: {},
  traits: () => {
    const levels = SIZES.map((nodes) => combined({ nodes }));
    return { ...levels.at(-1)!, levels };
  },
  laws: [],
});

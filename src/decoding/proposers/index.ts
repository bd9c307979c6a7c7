/** Every proposer, one line each: a line here makes it public and puts it into the registry. */

export { auto } from './auto.ts';
export { combined } from './combined.ts';
export { promptLookup } from './prompt-lookup.ts';
export { suffixLookup } from './suffix-lookup.ts';
export { tokenRecycling } from './token-recycling.ts';

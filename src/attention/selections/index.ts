/** Every selection, one line each: a line here makes it public and puts it into the registry. */

export { oracleTopK } from './oracle-top-k.ts';
export { quest } from './quest.ts';
export { tokenSelect } from './token-select.ts';

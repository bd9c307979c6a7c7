/** What a conversation's rows attend to: selections for decoding, masks for prompts and decoding. */

export { aShape, slidingWindow } from './masks.ts';
export { oracleTopK } from './selections/oracle-top-k.ts';
export { quest } from './selections/quest.ts';
export { tokenSelect } from './selections/token-select.ts';
export type { AttentionMask, DecodeSelection } from './selection.ts';

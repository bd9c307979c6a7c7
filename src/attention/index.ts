/** What a conversation's rows attend to: selections for decoding, masks for prompts and decoding. */

export * from './masks/index.ts';
export * from './selections/index.ts';
export { defineMask, type MaskDefinition, type MaskFactory } from './define-mask.ts';
export {
  defineSelection,
  type SelectionDefinition,
  type SelectionFactory,
  type SelectionTraits,
} from './define-selection.ts';
export type { AttentionMask, DecodeSelection } from './selection.ts';

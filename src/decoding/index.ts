/** How answers are decoded several tokens a step: proposers of drafts, which the model verifies. */

export * from './proposers/index.ts';
export {
  defineProposer,
  type ProposerDefinition,
  type ProposerFactory,
  type ProposerTraits,
} from './define-proposer.ts';
export type { DraftContext, LearnContext, Proposer, ProposerContext, RowsContext } from './proposer.ts';
export { staticTree, type StaticTree } from './static-tree.ts';

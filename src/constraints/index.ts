/** What may come next in an answer: constraints by value and by name. */

export { choice } from './choice.ts';
export { allow, emptyMask } from './mask-bits.ts';
export { constraintOf, plainConstraint, registerConstraint, type ConstraintKind } from './registry.ts';
export { tokenMask, type TokenMask } from './token-mask.ts';
export type { Constraint, ConstraintSpec, ConstraintState, TokenVocabulary } from '../core/constraint.ts';

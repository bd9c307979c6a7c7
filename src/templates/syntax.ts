/** What a template consists of: expressions and statements, each with its line. */

import type { Value } from './values.ts';

export interface CallArguments {
  readonly positional: readonly Expression[];
  readonly named: readonly (readonly [name: string, value: Expression])[];
  /** `*rest` and `**rest`. */
  readonly rest?: Expression | undefined;
  readonly namedRest?: Expression | undefined;
}

interface At {
  readonly line: number;
}
type Node<Kind extends string, Parts = object> = At & { readonly kind: Kind } & Parts;

export type Expression =
  | Node<'constant', { readonly value: Value }>
  | Node<'name', { readonly name: string }>
  | Node<'tuple' | 'list', { readonly items: readonly Expression[] }>
  | Node<'dict', { readonly pairs: readonly (readonly [Expression, Expression])[] }>
  | Node<'sign', { readonly sign: '-' | '+'; readonly operand: Expression }>
  | Node<'not', { readonly operand: Expression }>
  | Node<'and' | 'or', { readonly left: Expression; readonly right: Expression }>
  | Node<'operation', { readonly operator: string; readonly left: Expression; readonly right: Expression }>
  | Node<
      'compare',
      { readonly first: Expression; readonly others: readonly (readonly [operator: string, Expression])[] }
    >
  | Node<'concatenate', { readonly parts: readonly Expression[] }>
  | Node<
      'choose',
      { readonly test: Expression; readonly chosen: Expression; readonly otherwise: Expression | undefined }
    >
  | Node<'attribute', { readonly object: Expression; readonly name: string }>
  | Node<'item', { readonly object: Expression; readonly key: Expression }>
  | Node<'slice', { readonly object: Expression; readonly bounds: readonly (Expression | undefined)[] }>
  | Node<'call', { readonly callee: Expression; readonly args: CallArguments }>
  | FilterCall
  | Node<'test', { readonly name: string; readonly value: Expression; readonly args: CallArguments }>;

/** Without a value it is applied to the text of a block. */
export type FilterCall = Node<
  'filter',
  { readonly name: string; readonly value: Expression | undefined; readonly args: CallArguments }
>;

/** What can be assigned to: a name, a member of a namespace, or several of them. */
export type Target =
  | Node<'name', { readonly name: string }>
  | Node<'member', { readonly name: string; readonly member: string }>
  | Node<'tuple', { readonly items: readonly Target[] }>;

/** Parameters of a macro or a call block, the last ones with defaults. */
export interface Parameters {
  readonly names: readonly string[];
  readonly defaults: readonly Expression[];
}

export interface MacroBody extends At {
  readonly name: string | null;
  readonly parameters: Parameters;
  readonly body: readonly Statement[];
  /** Which of `caller`, `kwargs` and `varargs` the body names. */
  readonly uses: ReadonlySet<string>;
}

export type Statement =
  | Node<'text', { readonly text: string }>
  | Node<'output', { readonly value: Expression }>
  | Node<'set', { readonly target: Target; readonly value: Expression }>
  | Node<
      'set-block',
      { readonly target: Target; readonly filter: FilterCall | undefined; readonly body: readonly Statement[] }
    >
  | Node<
      'if',
      { readonly test: Expression; readonly body: readonly Statement[]; readonly otherwise: readonly Statement[] }
    >
  | ForStatement
  | Node<'macro', { readonly macro: MacroBody }>
  | Node<'call-block', { readonly call: Expression & { readonly kind: 'call' }; readonly macro: MacroBody }>
  | Node<'filter-block', { readonly filter: FilterCall; readonly body: readonly Statement[] }>
  | Node<
      'with',
      {
        readonly targets: readonly Target[];
        readonly values: readonly Expression[];
        readonly body: readonly Statement[];
      }
    >
  | Node<'autoescape', { readonly value: Expression; readonly body: readonly Statement[] }>
  | Node<'generation', { readonly macro: MacroBody }>
  | Node<'block', { readonly name: string; readonly scoped: boolean; readonly body: readonly Statement[] }>
  | Node<'break' | 'continue'>;

export type ForStatement = Node<
  'for',
  {
    readonly target: Target;
    readonly iterable: Expression;
    readonly test: Expression | undefined;
    readonly recursive: boolean;
    readonly body: readonly Statement[];
    readonly otherwise: readonly Statement[];
  }
>;

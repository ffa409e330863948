export type MatchOperator = '=' | '!=' | '=~' | '!~';

export interface Matcher {
  label: string;
  operator: MatchOperator;
  value: string;
}

export interface Selector {
  type: 'selector';
  matchers: Matcher[];
  /** The window of a range selector, in ms. */
  rangeMs?: number;
  offsetMs: number;
}

export const OPERATORS = ['+', '-', '*', '/', '>', '<', '>=', '<=', '==', '!=', 'or'] as const;
export type Operator = (typeof OPERATORS)[number];

/** The part of PromQL that the sandbox evaluates. */
export type Expression =
  | Selector
  | { type: 'number'; value: number }
  | { type: 'vector'; of: Expression }
  | { type: 'rate'; name: 'rate' | 'increase'; of: Selector }
  | { type: 'sum'; by: string[]; of: Expression }
  | { type: 'binary'; operator: Operator; left: Expression; right: Expression };

/** What an expression yields. A range selector alone is a `matrix`. */
export function resultType(expression: Expression): 'scalar' | 'vector' | 'matrix' {
  switch (expression.type) {
    case 'number':
      return 'scalar';
    case 'selector':
      return expression.rangeMs === undefined ? 'vector' : 'matrix';
    case 'binary':
      return [expression.left, expression.right].every((side) => resultType(side) === 'scalar') ? 'scalar' : 'vector';
    case 'vector':
    case 'rate':
    case 'sum':
      return 'vector';
  }
}

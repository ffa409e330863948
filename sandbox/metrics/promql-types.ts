import type { MatchOperator, Operator } from './promql-ast.ts';
import { badQuery } from './promql-error.ts';

/** How Prometheus calls a result type in its messages. */
export const typeName = (type: string): string =>
  type === 'vector' ? 'instant vector' : type === 'matrix' ? 'range vector' : type;

export const matchOperator = (text: string): MatchOperator =>
  text === '=' || text === '!=' || text === '=~' ? text : '!~';

/** Which types may stand beside an operator. @throws PromqlError */
export function checkSides(operator: Operator, left: string, right: string): void {
  if (left === 'matrix' || right === 'matrix') {
    throw badQuery('parse error: binary expression must contain only scalar and instant vector types');
  }
  if (operator === 'or' && (left === 'scalar' || right === 'scalar')) {
    throw badQuery('parse error: set operator "or" not allowed in binary scalar expression');
  }
  if (left === 'scalar' && right === 'scalar' && ['>', '<', '>=', '<=', '==', '!='].includes(operator)) {
    throw badQuery('parse error: comparisons between scalars must use BOOL modifier');
  }
}

import { parser } from '@prometheus-io/lezer-promql';
import { OPERATORS, resultType } from './promql-ast.ts';
import type { Expression, Matcher, Selector } from './promql-ast.ts';
import { anchored } from './anchored.ts';
import { badQuery, unsupported } from './promql-error.ts';
import { checkSides, matchOperator, typeName } from './promql-types.ts';
import { parseDuration, parseNumber, parseString } from './promql-literals.ts';

type Node = ReturnType<typeof parser.parse>['topNode'];

/** Turns the grammar's tree into the expressions that can be evaluated. */
class Reader {
  readonly #query: string;

  constructor(query: string) {
    this.#query = query;
  }

  text = (node: Node): string => this.#query.slice(node.from, node.to);

  expression(node: Node): Expression {
    switch (node.name) {
      case 'ParenExpr':
        return this.expression(this.#only(node));
      case 'NumberDurationLiteral':
        return { type: 'number', value: parseNumber(this.text(node)) };
      case 'UnaryExpr':
        return this.#unary(node);
      case 'VectorSelector':
      case 'MatrixSelector':
      case 'OffsetExpr':
        return this.#selector(node);
      case 'FunctionCall':
        return this.#call(node);
      case 'AggregateExpr':
        return this.#aggregate(node);
      case 'BinaryExpr':
        return this.#binary(node);
      case 'StringLiteral':
        throw unsupported('a string as a query');
      default:
        throw unsupported(`${node.name} (${this.text(node)})`);
    }
  }

  #only(node: Node): Node {
    const child = node.firstChild;
    if (!child) throw badQuery(`parse error: nothing in ${this.text(node)}`);
    return child;
  }

  #unary(node: Node): Expression {
    const operand = this.expression(node.lastChild ?? node);
    if (this.text(node).startsWith('+')) return operand;
    return operand.type === 'number'
      ? { type: 'number', value: -operand.value }
      : { type: 'binary', operator: '*', left: { type: 'number', value: -1 }, right: operand };
  }

  #selector(node: Node): Selector {
    const inner = node.firstChild;
    if (node.name === 'OffsetExpr' && inner) {
      const of = this.#selectorIn(inner, 'offset modifier must be preceded by a selector');
      const offset = node.getChild('OffsetDurationExpr');
      return { ...of, offsetMs: parseDuration(offset ? this.text(offset) : '') };
    }
    if (node.name === 'MatrixSelector' && inner) {
      const of = this.#selectorIn(inner, 'ranges only allowed for vector selectors');
      const range = node.getChild('DurationExpr');
      const rangeMs = parseDuration(range ? this.text(range) : '');
      if (rangeMs <= 0) throw badQuery('parse error: duration must be greater than 0');
      return { ...of, rangeMs };
    }
    return this.#vectorSelector(node);
  }

  #selectorIn(node: Node, otherwise: string): Selector {
    if (!['VectorSelector', 'MatrixSelector', 'OffsetExpr'].includes(node.name))
      throw badQuery(`parse error: ${otherwise}`);
    return this.#selector(node);
  }

  #vectorSelector(node: Node): Selector {
    const name = node.getChild('Identifier');
    const list = node.getChild('LabelMatchers');
    if (list?.getChild('QuotedLabelName') || list?.getChild('QuotedLabelMatcher'))
      throw unsupported('quoted label names');
    const matchers = (list?.getChildren('UnquotedLabelMatcher') ?? []).map((each) => this.#matcher(each));
    if (name) matchers.push({ label: '__name__', operator: '=', value: this.text(name) });
    const selective = matchers.some(({ operator, value }) =>
      operator === '='
        ? value !== ''
        : operator === '!='
          ? value === ''
          : (operator === '!~') === anchored(value).test(''),
    );
    if (!selective) throw badQuery('parse error: vector selector must contain at least one non-empty matcher');
    return { type: 'selector', matchers, offsetMs: 0 };
  }

  #matcher(node: Node): Matcher {
    const [label, operator, value] = ['LabelName', 'MatchOp', 'StringLiteral'].map((name) => node.getChild(name));
    if (!label || !operator || !value) throw badQuery(`parse error: incomplete label matcher ${this.text(node)}`);
    const matcher: Matcher = {
      label: this.text(label),
      operator: matchOperator(this.text(operator)),
      value: parseString(this.text(value)),
    };
    if (matcher.operator.endsWith('~')) anchored(matcher.value);
    return matcher;
  }

  #arguments(node: Node): Node[] {
    const body = node.getChild('FunctionCallBody');
    const found: Node[] = [];
    for (let child = body?.firstChild ?? null; child; child = child.nextSibling) found.push(child);
    return found;
  }

  #call(node: Node): Expression {
    const name = this.text(node.getChild('FunctionIdentifier') ?? node);
    if (name !== 'rate' && name !== 'increase' && name !== 'vector') throw unsupported(`the function ${name}`);
    const [argument, ...more] = this.#arguments(node);
    if (!argument || more.length > 0) throw badQuery(`parse error: expected 1 argument(s) in call to "${name}"`);
    const of = this.expression(argument);
    const got = resultType(of);
    if (name === 'vector') {
      if (got !== 'scalar')
        throw badQuery(`parse error: expected type scalar in call to function "vector", got ${typeName(got)}`);
      return { type: 'vector', of };
    }
    if (of.type !== 'selector' || got !== 'matrix') {
      throw badQuery(`parse error: expected type range vector in call to function "${name}", got ${typeName(got)}`);
    }
    return { type: 'rate', name, of };
  }

  #aggregate(node: Node): Expression {
    const operator = this.text(node.getChild('AggregateOp') ?? node);
    if (operator.toLowerCase() !== 'sum') throw unsupported(`the aggregation ${operator}`);
    const modifier = node.getChild('AggregateModifier');
    if (modifier?.getChild('Without')) throw unsupported('"without"');
    const labels = modifier?.getChild('GroupingLabels')?.getChildren('LabelName') ?? [];
    const [argument, ...more] = this.#arguments(node);
    if (!argument || more.length > 0) throw badQuery('parse error: wrong number of arguments for aggregate expression');
    const of = this.expression(argument);
    if (resultType(of) !== 'vector') {
      throw badQuery(
        `parse error: expected type instant vector in aggregation expression, got ${typeName(resultType(of))}`,
      );
    }
    return { type: 'sum', by: labels.map(this.text), of };
  }

  #binary(node: Node): Expression {
    if (node.getChild('MatchingModifierClause')) throw unsupported('on, ignoring and group modifiers');
    if (node.getChild('BoolModifier')) throw unsupported('the bool modifier');
    const [first, last] = [node.firstChild, node.lastChild];
    if (!first?.nextSibling || !last) throw badQuery('parse error: a side of an operator is missing');
    const symbol = this.text(first.nextSibling).toLowerCase();
    const operator = OPERATORS.find((each) => each === symbol);
    if (!operator) throw unsupported(`the operator ${symbol}`);
    const [left, right] = [this.expression(first), this.expression(last)];
    checkSides(operator, resultType(left), resultType(right));
    return { type: 'binary', operator, left, right };
  }
}

/** Parses a query with Prometheus' own grammar. @throws PromqlError `bad_data` when it is none, `execution` when it is more than the sandbox evaluates */
export function parsePromql(query: string): Expression {
  if (query.trim() === '') throw badQuery('unknown position: parse error: no expression found in input');
  const tree = parser.parse(query);
  tree.iterate({
    enter(node) {
      if (!node.type.isError) return;
      const line = query.slice(0, node.from).split('\n');
      const rest = query.slice(node.from, node.from + 20);
      const what = rest === '' ? 'unexpected end of input' : `unexpected ${JSON.stringify(rest)}`;
      throw badQuery(`${line.length}:${(line.at(-1)?.length ?? 0) + 1}: parse error: ${what}`);
    },
  });
  const root = tree.topNode.firstChild;
  if (!root) throw badQuery('unknown position: parse error: no expression found in input');
  return new Reader(query).expression(root);
}

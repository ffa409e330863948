import { z } from 'zod';
import type { PolicyJson } from './cedar.ts';

/** A node of Cedar's expressions, as JSON: read by shape, because only a few shapes matter here. */
export type Node = { readonly [key: string]: unknown };

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Every object inside a value, itself included, outside in. */
export function* nodesOf(value: unknown): Generator<Node> {
  if (Array.isArray(value)) for (const item of value) yield* nodesOf(item);
  if (!isNode(value)) return;
  yield value;
  for (const inner of Object.values(value)) yield* nodesOf(inner);
}

const Attribute = z.object({ '.': z.object({ left: z.object({ Var: z.literal('context') }), attr: z.string() }) });
const Text = z.object({ Value: z.string() });
const TextSet = z.object({ Set: z.array(Text) });
const Pair = z.object({ left: z.unknown(), right: z.unknown() });
const Compared = z.union([
  z.object({ '==': Pair }).transform((node) => node['==']),
  z.object({ '!=': Pair }).transform((node) => node['!=']),
  z.object({ contains: Pair }).transform((node) => node.contains),
]);

/** `context.<attribute>`'s name; undefined for any other expression. */
const attributeOf = (node: unknown): string | undefined => Attribute.safeParse(node).data?.['.'].attr;

const textsOf = (node: unknown): string[] =>
  Text.safeParse(node).data
    ? [Text.parse(node).Value]
    : (TextSet.safeParse(node).data?.Set.map(({ Value }) => Value) ?? []);

export interface Comparison {
  readonly attribute: string;
  readonly texts: readonly string[];
}

/** What `context.<attribute>` is held against, when a node says so: `==`, `!=`, or `["a", "b"].contains(…)`. */
export function comparisonOf(node: unknown): Comparison | undefined {
  const pair = Compared.safeParse(node).data;
  if (!pair) return undefined;
  for (const [one, other] of [
    [pair.left, pair.right],
    [pair.right, pair.left],
  ]) {
    const attribute = attributeOf(one);
    if (attribute !== undefined) return { attribute, texts: textsOf(other) };
  }
  return undefined;
}

/** Every such comparison in a policy's conditions. */
export const comparisonsOf = ({ conditions }: PolicyJson): Comparison[] =>
  [...nodesOf(conditions)].flatMap((node) => comparisonOf(node) ?? []);

const And = z.object({ '&&': Pair });

const conjuncts = (body: unknown): unknown[] => {
  const both = And.safeParse(body).data?.['&&'];
  return both ? [...conjuncts(both.left), ...conjuncts(both.right)] : [body];
};

/** What must all hold for a policy to match, as far as its `when` conditions say it with `&&`. */
export const mustHold = ({ conditions }: PolicyJson): unknown[] =>
  conditions.filter(({ kind }) => kind === 'when').flatMap(({ body }) => conjuncts(body));

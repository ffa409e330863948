import pc from 'picocolors';
import { z } from 'zod';
import { printable } from './table.ts';
import { ago } from './times.ts';

const Scope = z.looseObject({ kind: z.string(), value: z.string().optional() });

/** As much of a halt as the CLI shows. */
export const HaltList = z.looseObject({
  halts: z.array(
    z.looseObject({
      id: z.string(),
      scope: Scope,
      undo: z.boolean().default(false),
      reason: z.string(),
      by: z.looseObject({ name: z.string() }),
      at: z.string(),
      gate: z.string().nullish(),
      liftedAt: z.string().nullish(),
    }),
  ),
});
export type HaltList = z.infer<typeof HaltList>;

/** `everything`, `tool kubernetes.scale`. */
export const scopeLine = ({ kind, value }: z.infer<typeof Scope>): string =>
  kind === 'all' ? 'everything' : `${kind} ${value ?? '?'}`;

/** Who halted what and why, for the top of every list; undefined while nothing is halted. */
export function haltsBanner(halts: HaltList['halts']): string | undefined {
  if (halts.length === 0) return undefined;
  const lines = halts.map(({ id, scope, by, reason, at, gate }) => {
    const how = gate ? `; resume it with: belay resume ${id}` : '';
    return `${pc.red('HALTED')} ${printable(`${scopeLine(scope)} by ${by.name} ${ago(at)}: ${reason}${how}`)}`;
  });
  return lines.join('\n');
}

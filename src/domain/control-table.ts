import { z } from 'zod';
import { Control } from './control.ts';
import type { Finding } from './finding.ts';

const Seen = z.object({ fail: z.number().int(), pass: z.number().int(), other: z.number().int() });

/**
 * What scans say of one requirement before and after. `met`: looked at afterwards, and nothing fails. `not-shown`: the
 * scan afterwards says nothing of it, which is neither.
 */
export const ControlLine = Control.extend({
  before: Seen,
  after: Seen,
  state: z.enum(['met', 'not-met', 'not-shown']),
});
export type ControlLine = z.infer<typeof ControlLine>;

const none = () => ({ fail: 0, pass: 0, other: 0 });

function stateOf({ fail, pass }: ControlLine['after']): ControlLine['state'] {
  if (fail > 0) return 'not-met';
  return pass > 0 ? 'met' : 'not-shown';
}

/** Counts what findings say of each requirement, one after the other, so that a large scan need not be held. */
export function controlTable(): { add(when: 'before' | 'after', finding: Finding): void; lines(): ControlLine[] } {
  const seen = new Map<string, Pick<ControlLine, 'framework' | 'id' | 'before' | 'after'>>();
  return {
    add: (when, { controls, status }) => {
      for (const { framework, id } of controls) {
        const key = JSON.stringify([framework, id]);
        const line = seen.get(key) ?? { framework, id, before: none(), after: none() };
        line[when][status === 'FAIL' ? 'fail' : status === 'PASS' ? 'pass' : 'other'] += 1;
        seen.set(key, line);
      }
    },
    lines: () =>
      [...seen.values()]
        .map((line) => ({ ...line, state: stateOf(line.after) }))
        .toSorted((a, b) => compare(a.framework, b.framework) || compare(a.id, b.id)),
  };
}

/** By code, so that everybody's table has one order, and `3.1.10` does not stand between `3.1.1` and `3.1.2`. */
const compare = (a: string, b: string): number =>
  a.localeCompare(b, 'en', { numeric: true }) || (a < b ? -1 : a > b ? 1 : 0);

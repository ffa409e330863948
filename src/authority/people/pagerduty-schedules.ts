import { z } from 'zod';
import type { NarrowingSource } from './narrowing.ts';

/** PagerDuty's own most. */
const PAGE = 100;
/** A schedule with more people on call at once is a mistake, or an answer about something else. */
const MOST_PAGES = 10;

const OnCalls = z.object({
  oncalls: z.array(z.object({ user: z.object({ id: z.string() }), schedule: z.object({ id: z.string() }).nullish() })),
  more: z.boolean().nullish(),
});

/** What PagerDuty's status says to whoever runs Belay. */
const ADVICE: Readonly<Record<number, string>> = {
  401: 'PAGERDUTY_TOKEN is not valid',
  403: 'PAGERDUTY_TOKEN may not read on-calls',
  404: 'there is no such schedule',
  429: 'too many requests',
};

/**
 * Who is on call by a schedule at this moment, as `pagerduty:<user>`; PagerDuty asks for a schedule that an escalation
 * policy uses. Read with a token that can only read.
 */
export function pagerDutySchedules({ token, url }: { token: string; url: string }): NarrowingSource {
  const page = async (id: string, offset: number, signal: AbortSignal) => {
    // Without `since` and `until` it is this moment by PagerDuty's clock.
    const query = new URLSearchParams({ 'schedule_ids[]': id, limit: String(PAGE), offset: String(offset) });
    const response = await fetch(`${url}/oncalls?${query.toString()}`, {
      headers: { authorization: `Token token=${token}`, accept: 'application/vnd.pagerduty+json;version=2' },
      // The token goes nowhere else.
      redirect: 'error',
      signal,
    });
    if (!response.ok) {
      await response.body?.cancel();
      throw new Error(`PagerDuty answers ${response.status}${adviceOn(response.status)}`);
    }
    const parsed = OnCalls.safeParse(await response.json().catch(() => undefined));
    if (!parsed.success) throw new Error('PagerDuty answers something else than a list of on-calls');
    return parsed.data;
  };
  return async (id, signal) => {
    const users: string[] = [];
    for (let at = 0; at < MOST_PAGES; at++) {
      const { oncalls, more } = await page(id, at * PAGE, signal);
      users.push(...oncalls.filter(({ schedule }) => schedule?.id === id).map(({ user }) => `pagerduty:${user.id}`));
      if (more !== true) return users;
    }
    throw new Error(`PagerDuty has more than ${MOST_PAGES * PAGE} on-calls for it`);
  };
}

const adviceOn = (status: number): string => (ADVICE[status] === undefined ? '' : `: ${ADVICE[status]}`);

import type { Need } from '../../domain/requirement.ts';

/** In gates and groups of a permit: the group that the target's tag `team` names. */
export const TEAM_OWNER = 'team-owner';

const NEED = /^(\d{1,3}) of ([A-Za-z0-9][A-Za-z0-9._:/#@-]*)$/;

/** `2 of sre-oncall, 1 of team-owner`, or `none`. @throws Error that says what is wrong, for whoever writes it. */
export function parseGate(text: string): Need[] | 'none' {
  if (text.trim() === 'none') return 'none';
  const needs = text.split(',').map((part) => {
    const [, count, group] = NEED.exec(part.trim()) ?? [];
    if (count === undefined || group === undefined)
      throw new Error(`"${text}" is no gate; one is "2 of sre-oncall, 1 of team-owner" or "none"`);
    if (Number(count) === 0) throw new Error(`"${text}" asks for nobody; running unasked is spelled "none"`);
    return { count: Number(count), group };
  });
  const twice = needs.find(({ group }, at) => needs.findIndex((other) => other.group === group) !== at);
  if (twice) throw new Error(`"${text}" names ${twice.group} twice; say how many of it once`);
  return needs;
}

import type { Need, Requirement } from '../../domain/requirement.ts';
import { reasonOf } from '../../platform/problem.ts';
import { DEFAULT_WAITING, reminders } from './default-waiting.ts';
import { parseDuration } from './duration.ts';
import { parseGate } from './gate-expression.ts';

/** What a permit with a gate asks for, as its annotations say it; groups may still be `team-owner`. */
export type PermitTerms = Omit<Requirement, 'v' | 'policies' | 'rule'>;

type Annotations = Readonly<Record<string, string>>;
type Read<T> = (text: string) => T;

const GROUP = /^[A-Za-z0-9][A-Za-z0-9._:/#@-]*$/;

const only =
  (word: string): Read<true> =>
  (text) => {
    if (text !== word) throw new Error(`"${text}" is not "${word}", the only thing it can say`);
    return true;
  };

const groups: Read<string[]> = (text) =>
  text.split(',').map((part) => {
    if (!GROUP.test(part.trim())) throw new Error(`"${text}" is no list of groups; one is "sre-leads, security"`);
    return part.trim();
  });

const escalations: Read<Requirement['escalate']> = (text) =>
  text
    .split(',')
    .map((part) => {
      const [, after, group] = /^(\w+): *(\S+)$/.exec(part.trim()) ?? [];
      if (after === undefined || group === undefined || !GROUP.test(group))
        throw new Error(`"${text}" is no escalation; one is "2h: sre-leads, 1d: directors"`);
      return { afterMs: parseDuration(after), group };
    })
    .toSorted((a, b) => a.afterMs - b.afterMs);

const count: Read<number> = (text) => {
  if (!/^[1-9]\d?$/.test(text)) throw new Error(`"${text}" is no number of denials; one is "2"`);
  return Number(text);
};

/** Every annotation that a permit may carry besides `@id`, and how it is read. */
const READERS = {
  gate: parseGate,
  valid: parseDuration,
  expires: parseDuration,
  remind: parseDuration,
  escalate: escalations,
  self_approval: only('allowed'),
  step_up: only('true'),
  break_glass: groups,
  denials: count,
  review: only('true'),
} as const;
type Values = { [K in keyof typeof READERS]?: ReturnType<(typeof READERS)[K]> };

/** Names of what a permit may be annotated with. */
export const PERMIT_ANNOTATIONS = ['id', ...Object.keys(READERS)];

function readAll(annotations: Annotations, problems: string[]): Values {
  const read = Object.entries(READERS).flatMap(([name, reader]) => {
    const text = annotations[name];
    if (text === undefined) return [];
    try {
      return [[name, reader(text)]];
    } catch (error) {
      problems.push(`@${name}: ${reasonOf(error)}`);
      return [];
    }
  });
  return Object.fromEntries(read);
}

function neverDue({ remindAfterMs, escalate }: PermitTerms, values: Values): string[] {
  return [
    ...(values.remind !== undefined && remindAfterMs.length === 0
      ? ['@remind: the gate expires before its first reminder']
      : []),
    ...(values.escalate !== undefined && escalate.length < values.escalate.length
      ? ['@escalate: the gate expires before it asks the next group']
      : []),
  ];
}

/**
 * A permit's annotations as what it asks for; `none` where it lets things run unasked, undefined where it has no `@gate`
 * (it may then only match reads). Adds what is wrong to `problems`.
 */
export function permitTerms(annotations: Annotations, problems: string[]): PermitTerms | 'none' | undefined {
  const values = readAll(annotations, problems);
  const needs: Need[] | 'none' | undefined = values.gate;
  if (needs === undefined || needs === 'none') {
    const idle = Object.keys(values).filter((name) => name !== 'gate');
    if (idle.length > 0 && annotations['gate'] !== undefined && problems.length === 0)
      problems.push(`@gate("none") asks nobody, so @${idle.join(' and @')} would mean nothing`);
    if (idle.length > 0 && annotations['gate'] === undefined)
      problems.push(`@${idle.join(' and @')} would mean nothing without @gate`);
    return needs;
  }
  const expiresAfterMs = values.expires ?? DEFAULT_WAITING.expiresAfterMs;
  const terms: PermitTerms = {
    needs,
    selfApproval: values.self_approval ?? false,
    stepUp: values.step_up ?? false,
    breakGlass: values.break_glass ?? [],
    denials: values.denials ?? 1,
    review: values.review ?? false,
    expiresAfterMs,
    validForMs: values.valid ?? DEFAULT_WAITING.validForMs,
    remindAfterMs: reminders(values.remind ?? DEFAULT_WAITING.remindAfterMs, expiresAfterMs),
    escalate: (values.escalate ?? []).filter(({ afterMs }) => afterMs < expiresAfterMs),
  };
  problems.push(...neverDue(terms, values));
  return terms;
}

/** Every group that terms name. */
export const groupsOf = ({ needs, breakGlass, escalate }: PermitTerms): string[] => [
  ...new Set([...needs.map(({ group }) => group), ...breakGlass, ...escalate.map(({ group }) => group)]),
];

import { z } from 'zod';
import { canonicalJson } from '../../../domain/digest.ts';
import type { LedgerEntry } from '../../../domain/ledger.ts';
import { stepText } from '../../runs/step-text.ts';
import { escaped, facts } from './html.ts';

const Word = z.union([z.string(), z.number(), z.boolean()]).transform(String);

/** The word at a path of a body; undefined where there is none. */
function at(body: unknown, ...path: string[]): string | undefined {
  let value: unknown = body;
  for (const key of path) value = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
  return Word.safeParse(value).data;
}
const json = (value: unknown): string | undefined => (value == null ? undefined : canonicalJson(value));
const list = (value: unknown): unknown[] => z.array(z.unknown()).safeParse(value).data ?? [];

type Part = (body: LedgerEntry['body'], when: string) => string;

const decided: Part = (body, when) =>
  facts([
    ['when', when],
    [
      'who',
      `${at(body, 'standing', 'person') ?? ''} (${at(body, 'person', 'name') ?? ''}, ${at(body, 'person', 'id') ?? ''})`,
    ],
    [
      'through',
      `${at(body, 'person', 'door') ?? ''}; ${at(body, 'strength') === 'step-up' ? 'with their passkey' : "the door's word"}`,
    ],
    [
      'counted for',
      list(body['standing'] && Reflect.get(Object(body['standing']), 'memberships'))
        .map((one) => `${at(one, 'group') ?? ''} (${at(one, 'source') ?? ''}, ${at(one, 'at') ?? ''})`)
        .join('; '),
    ],
    ['said', `${at(body, 'decision') ?? ''} ${at(body, 'option') ?? ''}`],
    ['reason', at(body, 'reason')],
    ['of exactly', at(body, 'digest')],
    ['under bundle', at(body, 'bundle')],
    ['number', at(body, 'number')],
    ['signed with', at(body, 'keyId')],
  ]);

/** How a side effect, or taking it back, ended. */
const ended: Part = (body, when) =>
  facts([
    ['when', when],
    ['action', at(body, 'action')],
    ['what came of it', at(body, 'summary')],
    ['digest', at(body, 'digest')],
  ]);

const PARTS: Partial<Record<LedgerEntry['kind'], readonly [title: string, part: Part]>> = {
  'plan.proposed': [
    'Proposed',
    (body, when) =>
      facts([
        ['when', when],
        ['by', at(body, 'proposedBy', 'model') ?? at(body, 'proposedBy', 'person') ?? 'written rules, no model'],
        ['prompt', at(body, 'proposedBy', 'promptHash')],
        ['diagnosis', at(body, 'diagnosis')],
        ['confidence', at(body, 'confidence')],
        ['evidence', list(body['evidence']).map(String).join(', ')],
        [
          'options',
          list(body['options'])
            .map((one) => `${at(one, 'title') ?? ''} (${at(one, 'digest') ?? ''})`)
            .join('; '),
        ],
        ['under bundle', at(body, 'bundle')],
      ]),
  ],
  'evidence.read': [
    'Evidence',
    (body, when) =>
      facts([
        ['when', when],
        ...list(body['reads']).map((one): [string, string] => [
          at(one, 'tool') ?? '',
          `${at(one, 'content', 'summary') ?? ''} (${at(one, 'content', 'id') ?? ''})`,
        ]),
      ]),
  ],
  'action.previewed': [
    'Previewed',
    (body, when) =>
      facts([
        ['when', when],
        ['what', at(body, 'sentence')],
        ['action', at(body, 'action')],
        ['tool', at(body, 'tool')],
        ['arguments', json(body['args'])],
        ['target', `${at(body, 'target', 'name') ?? ''} (${at(body, 'target', 'key') ?? ''})`],
        ['only while', json(body['precondition'])],
        ['digest', at(body, 'digest')],
      ]),
  ],
  'decision.recorded': ['Decided', decided],
  'action.executed': ['Done', ended],
  'action.undone': ['Taken back', ended],
};

/** One run for people: who, what, when, on which evidence, under which bundle, proposed by what, and the outcome. */
export function* runHtml(chain: string, entries: readonly LedgerEntry[]): Generator<string> {
  const first = entries.find(({ kind }) => kind === 'run.registered')?.body;
  const end = entries.findLast(({ kind }) => kind === 'run.finished')?.body;
  yield `<h2 id="${escaped(chain)}">${escaped(first ? `${at(first, 'runbook') ?? ''}: ${at(first, 'target') ?? ''}` : chain)}</h2>\n`;
  yield facts([
    ['run', chain],
    [
      'asked for by',
      first &&
        `${at(first, 'requester', 'name') ?? ''} (${at(first, 'requester', 'id') ?? ''}, ${at(first, 'requester', 'door') ?? ''})`,
    ],
    ['because of', json(first?.['trigger'])],
    ['runbook hash', at(first, 'runbookHash')],
    ['input', json(first?.['input'])],
    ['began', entries[0]?.at],
    ['outcome', end && [at(end, 'state'), at(end, 'outcome'), at(end, 'summary')].filter(Boolean).join(', ')],
  ]);
  for (const { kind, body, at: when, seq } of entries) {
    const [title, part] = PARTS[kind] ?? [];
    if (title !== undefined && part)
      yield `<h3>${title} <span class="quiet">entry ${seq}</span></h3>${part(body, when)}\n`;
  }
  yield '<h3>Everything, in order</h3><table><tr><th>#</th><th>time (UTC)</th><th>what</th></tr>\n';
  for (const entry of entries) {
    const raw = `<details><summary>${escaped(entry.kind)}</summary><pre>${escaped(canonicalJson(entry.body))}</pre></details>`;
    yield `<tr><td>${entry.seq}</td><td>${escaped(entry.at)}</td><td>${escaped(stepText(entry))}${raw}</td></tr>\n`;
  }
  yield `</table><p class="quiet">Chain head after entry ${entries.length}: <code>${escaped(entries.at(-1)?.hash ?? '')}</code></p>\n`;
}

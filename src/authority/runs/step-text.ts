import { z } from 'zod';
import { countText, isOrAre } from '../../domain/count-text.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { LedgerEntry, LedgerKind } from '../../domain/ledger.ts';
import { Money, sumsText } from '../../domain/money.ts';

const Word = z.union([z.string(), z.number()]).transform(String);

/** The word at a path of an entry's body; nothing where there is none. */
const at = (body: unknown, ...path: string[]): string => {
  let value: unknown = body;
  for (const key of path) value = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
  return Word.safeParse(value).data ?? '';
};
const list = (body: JsonObject, key: string): unknown[] => z.array(z.unknown()).safeParse(body[key]).data ?? [];
const sums = (body: JsonObject, key: string): string => sumsText(z.array(Money).safeParse(body[key]).data ?? []);
const quoted = (text: string): string => (text === '' ? '' : `, "${text}"`);

/** One line for people per kind of entry. A record over all kinds, so that a new kind cannot be forgotten. */
const lines: Record<LedgerKind, (body: JsonObject) => string> = {
  'run.registered': (b) =>
    `${at(b, 'runbook')} asked for by ${at(b, 'requester', 'name')} on ${at(b, 'target')} (${at(b, 'mode')})`,
  'run.bound': () => 'started',
  'alert.received': (b) => `alert ${at(b, 'name')} from ${at(b, 'source')}`,
  'alert.joined': (b) => `alert ${at(b, 'name')} joined this run`,
  'alert.resolved': (b) => `alert ${at(b, 'name')} resolved`,
  'evidence.read': (b) =>
    list(b, 'reads')
      .map((read) => `${at(read, 'tool')}: ${at(read, 'content', 'summary')}`)
      .join('; '),
  'model.turn': (b) =>
    `model turn ${at(b, 'turn')}: ${at(b, 'usage', 'inputTokens')} + ${at(b, 'usage', 'outputTokens')} tokens`,
  'plan.proposed': (b) =>
    `${at(b, 'diagnosis')} (${at(b, 'confidence')} confidence, ${at(b, 'proposedBy', 'model') || 'rule-based, no model'})`,
  'action.previewed': (b) => `${at(b, 'action')}: ${at(b, 'sentence')}`,
  'gate.opened': (b) =>
    `approval ${at(b, 'gate')} asked: ${list(b, 'options')
      .map((option) => at(option, 'title'))
      .join(' / ')}`,
  'gate.observed': (b) => at(b, 'message'),
  'gate.reminded': (b) => `reminded people of ${at(b, 'gate')}`,
  'gate.escalated': (b) => `asked ${list(b, 'to').join(', ')} about ${at(b, 'gate')} too`,
  'gate.revised': (b) =>
    `${at(b, 'gate')} ${at(b, 'kind') === 'edit' ? 'edited' : 'sent back'} by ${at(b, 'by')}; ${at(b, 'next')} takes its place`,
  'gate.forced': (b) => `${at(b, 'gate')} forced by ${at(b, 'by')}: ${at(b, 'reason')}`,
  'gate.voided': (b) => `${at(b, 'gate')} withdrawn: ${at(b, 'reason')}`,
  'gate.expired': (b) => `${at(b, 'gate')} expired: ${at(b, 'reason')}`,
  'decision.recorded': (b) =>
    `${at(b, 'person', 'name')} (${at(b, 'person', 'id')}, ${at(b, 'person', 'door')}): ${at(b, 'decision')} ${at(b, 'option')}${quoted(at(b, 'reason'))}`,
  'decision.refused': (b) =>
    `refused ${at(b, 'decision')} by ${at(b, 'person', 'name')} (${at(b, 'person', 'id')}): ${at(b, 'message')}`,
  'gate.decided': (b) => `${at(b, 'gate')} ${at(b, 'state')}: ${at(b, 'option')}`,
  'grant.refused': (b) => `${at(b, 'phase')} of ${at(b, 'action')} refused: ${at(b, 'message')}`,
  'action.intended': (b) => `about to ${at(b, 'phase')} ${at(b, 'action')}`,
  'action.reconciling': (b) => `an attempt at ${at(b, 'action')} ended unrecorded; looking whether it took effect`,
  'action.executed': (b) => `${at(b, 'action')} done: ${at(b, 'summary')}`,
  'action.failed': (b) => `${at(b, 'action')} failed: ${at(b, 'summary')}`,
  'action.undone': (b) => `${at(b, 'action')} undone: ${at(b, 'summary')}`,
  'action.undo-failed': (b) => `undo of ${at(b, 'action')} failed: ${at(b, 'summary')}`,
  'action.in-doubt': (b) => `${at(b, 'action')} (${at(b, 'phase')}) is in doubt: ${at(b, 'summary')}`,
  'action.settled': (b) =>
    `${at(b, 'action')}: ${at(b, 'by')} looked and says it ${at(b, 'status') === 'done' ? 'happened' : 'did not happen'}`,
  'action.performed-outside': (b) => `${at(b, 'by', 'name')} did ${at(b, 'action')} by hand`,
  'run.verified': (b) =>
    `verified ${at(b, 'verdict')}: ${list(b, 'checks')
      .map((check) => `${at(check, 'name')} ${at(check, 'seen')} (expected ${at(check, 'expected')})`)
      .join('; ')}`,
  'run.undoing': (b) => `taking back ${list(b, 'actions').join(', ')} (${at(b, 'why')})`,
  'run.halted': (b) => `halted: ${at(b, 'reason')}`,
  'run.resumed': () => 'resumed',
  'run.note': (b) => at(b, 'text'),
  'run.finished': (b) => `${[at(b, 'state'), at(b, 'outcome')].filter(Boolean).join(', ')}: ${at(b, 'summary')}`,
  'signal.foreign': (b) => `refused a Temporal signal that is not Belay's: ${at(b, 'name')}`,
  'incident.acknowledged': (b) => `${at(b, 'by', 'name')} is on it`,
  'approval.revoked': (b) => `an approval counts no more: ${at(b, 'reason')}`,
  'halt.begun': (b) => `${at(b, 'scope')} halted by ${at(b, 'by', 'name')}: ${at(b, 'reason')}`,
  'halt.lifted': (b) => `halt ${at(b, 'halt')} lifted`,
  'freeze.added': (b) => `freeze ${at(b, 'id')} from ${at(b, 'from')} to ${at(b, 'to')}: ${at(b, 'reason')}`,
  'freeze.lifted': (b) => `freeze ${at(b, 'id')} lifted by ${at(b, 'by', 'name')}`,
  'scan.recorded': (b) =>
    `scan of ${at(b, 'source')} by ${at(b, 'scanner')}: ${at(b, 'counts', 'FAIL')} failing (${at(b, 'changes', 'fresh')} new, ${at(b, 'changes', 'reopened')} reopened), ${at(b, 'changes', 'gone')} gone, ${at(b, 'unusable')} not usable`,
  'exception.requested': (b) =>
    `exception ${at(b, 'exception')} asked for by ${at(b, 'by', 'name')} on ${at(b, 'resource')} until ${at(b, 'until')}: ${at(b, 'reason')}`,
  'exception.in-force': (b) => `exception ${at(b, 'exception')} in force until ${at(b, 'until')}`,
  'exception.revoked': (b) => `exception ${at(b, 'exception')} revoked by ${at(b, 'by', 'name')}: ${at(b, 'reason')}`,
  'bundle.activated': (b) => `policy bundle ${at(b, 'hash')} loaded by ${at(b, 'by')}`,
  'bundle.refused': (b) => `a policy bundle was refused: ${at(b, 'message')}`,
  'passkey.added': (b) => `passkey of ${at(b, 'person')} added`,
  'passkey.revoked': (b) => `passkey of ${at(b, 'person')} revoked`,
  'key.adopted': (b) => `signing key ${at(b, 'keyId')} in use`,
  'key.retired': (b) => `signing key ${at(b, 'keyId')} retired`,
  'checkpoint.sealed': (b) => `checkpoint ${at(b, 'number')} sealed`,
  'list.closed': (b) => `found ${at(b, 'count')} (${at(b, 'list')}), ${sums(b, 'money')} a month`,
  'list.reduced': (b) =>
    `${at(b, 'count')} of ${at(b, 'list')} ${isOrAre(Number(at(b, 'count')))} left, ${list(b, 'why').length} ${isOrAre(list(b, 'why').length)} kept or excepted (${at(b, 'as')})`,
  'list.asked': (b) =>
    `asked ${countText(Number(at(b, 'owners')), 'owner')} of ${at(b, 'list')}; they have until ${at(b, 'until')}`,
  'item.kept': (b) =>
    `${at(b, 'person', 'name')} keeps ${list(b, 'keys').length} of ${at(b, 'list')} until ${at(b, 'until')}${quoted(at(b, 'reason'))}`,
  'items.previewed': (b) =>
    `looked at ${list(b, 'previews').length + list(b, 'problems').length} of ${at(b, 'list')}, ${list(b, 'problems').length} cannot be offered`,
  'batch.reported': (b) =>
    `${at(b, 'counts', 'done')} of ${at(b, 'counts', 'approved')} done, ${at(b, 'counts', 'skipped')} skipped, ${at(b, 'counts', 'failed')} failed, ${at(b, 'counts', 'undone')} undone`,
  'savings.measured': (b) =>
    `saved a month: estimated ${sums(b, 'estimated')}, approved ${sums(b, 'approved')}, realised ${sums(b, 'realised')} (${at(b, 'source')})`,
};

/** A ledger entry in one line, for timelines. */
export const stepText = (entry: Pick<LedgerEntry, 'kind' | 'body'>): string => lines[entry.kind](entry.body);

import { z } from 'zod';
import type { Alert } from '../../domain/alert.ts';
import { digestOf } from '../../domain/digest.ts';
import { Failure } from '../../domain/failure.ts';
import { defineSource } from '../../sdk/define-source.ts';
import { cleanText } from './clean-text.ts';

/** Alertmanager's own `max_alerts` bounds a delivery; more than this is a storm that one run cannot mean. */
export const MAX_ALERTS = 1000;
const MAX_LABELS = 100;
/** Long enough for any name; an annotation may be a paragraph. Characters. */
const LIMITS = { name: 200, label: 2000, annotation: 4000, url: 2000 };

const Time = z.iso.datetime({ offset: true, error: 'is not an RFC 3339 time with a zone' });
const Texts = z.record(z.string(), z.string('is not a string'), 'is not an object of strings');

const Entry = z.object({
  status: z.enum(['firing', 'resolved'], 'is neither "firing" nor "resolved"'),
  labels: Texts.refine((labels) => Object.keys(labels).length > 0, 'is empty; an alert without labels has no identity')
    .refine((labels) => Object.keys(labels).length <= MAX_LABELS, `has more than ${MAX_LABELS} labels`)
    .refine((labels) => Object.keys(labels).every((name) => name.length <= LIMITS.name), 'has a name that is too long'),
  annotations: Texts.default({}),
  startsAt: Time,
  endsAt: Time.optional(),
  generatorURL: z.string('is not a string').optional(),
  fingerprint: z.string('is not a string').min(1, 'is empty').max(200, 'is too long').optional(),
});

/** The fields Belay reads; senders may add others. */
const Delivery = z.object({
  version: z.literal('4', 'is not "4": only Alertmanager\'s webhook version 4 is understood'),
  groupKey: z.string('is not a string').optional(),
  groupLabels: Texts.optional(),
  alerts: z.array(Entry, 'is not a list of alerts').max(MAX_ALERTS, {
    error: `has more than ${MAX_ALERTS} alerts; set max_alerts in the receiver`,
    abort: true,
  }),
});
type Delivery = z.output<typeof Delivery>;
type Entry = z.output<typeof Entry>;

/**
 * Alertmanager's webhook, version 4. A field that is wrong refuses the whole delivery: Alertmanager gives up on a 4xx,
 * and half a delivery taken in silence would look like a whole one. Unknown fields are let through, as is an alert
 * without an alert name (no route will match it).
 */
export const alertmanager = defineSource({
  name: 'alertmanager',
  proofs: ['hmac', 'bearer'],
  parse(body) {
    const delivery = Delivery.safeParse(body);
    if (!delivery.success) throw new Failure('stop.invalid-input', problemsIn(delivery.error));
    return delivery.data.alerts.map((entry) => toAlert(entry, delivery.data));
  },
});

function problemsIn(error: z.ZodError): string {
  const lines = error.issues.slice(0, 20).map(({ path, message }) => `${fieldOf(path) || 'the body'} ${message}`);
  if (error.issues.length > lines.length) lines.push(`and ${error.issues.length - lines.length} more problems`);
  return lines.join('; ');
}

const fieldOf = (path: readonly PropertyKey[]): string =>
  path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${cleanText(String(part), 100)}`))
    .join('')
    .replace(/^\./, '');

function toAlert(entry: Entry, delivery: Delivery): Alert {
  const resolved = entry.status === 'resolved';
  return {
    source: 'alertmanager',
    fingerprint: entry.fingerprint === undefined ? hash(entry.labels) : cleanText(entry.fingerprint, 200),
    group: groupOf(entry, delivery),
    status: entry.status,
    labels: cleanAll(entry.labels, LIMITS.label, 'one'),
    annotations: cleanAll(entry.annotations, LIMITS.annotation, 'many'),
    startsAt: new Date(entry.startsAt).toISOString(),
    // Year 1 is Go's zero time: not over yet.
    endsAt: resolved && entry.endsAt && !entry.endsAt.startsWith('0001-') ? new Date(entry.endsAt).toISOString() : null,
    generatorUrl: entry.generatorURL ? cleanText(entry.generatorURL, LIMITS.url) : null,
  };
}

/**
 * The incident: Alertmanager's own group. A group without group labels (no `group_by`) holds every alert there is,
 * which is no incident; there each alert is one by itself.
 */
function groupOf(entry: Entry, { groupKey, groupLabels }: Delivery): string {
  const ungrouped = groupLabels !== undefined ? Object.keys(groupLabels).length === 0 : groupKey === undefined;
  return hash({ groupKey: groupKey ?? null, of: ungrouped ? entry.labels : (groupLabels ?? null) });
}

/** 128 bits of SHA-256 in hex: an identity that has a bounded length and says nothing of the labels. */
const hash = (value: unknown): string => digestOf(value).slice('sha256:'.length, 'sha256:'.length + 32);

/** Built without a prototype's setters in the way: a label may be called anything. */
const cleanAll = (texts: Record<string, string>, limit: number, lines: 'one' | 'many'): Record<string, string> =>
  Object.fromEntries(
    Object.entries(texts).map(([name, value]) => [cleanText(name, LIMITS.name), cleanText(value, limit, lines)]),
  );

import ICAL from 'ical.js';
import { instantIn } from './instant-in.ts';

/** One time that an event of a calendar covers; `to` is the first moment after it. */
export interface Occurrence {
  readonly id: string;
  readonly summary: string;
  readonly from: Date;
  readonly to: Date;
}

/** How many repetitions of all events together are looked at; a rule that repeats each second ends here. */
const MAX_STEPS = 100_000;
const MAX_SUMMARY = 200;

/** The calendar's own zone, for times that name none; calendars of Google and Apple say it so. */
const zoneOf = (calendar: ICAL.Component): string =>
  String(calendar.getFirstPropertyValue('x-wr-timezone') ?? '').trim() || 'UTC';

/**
 * When a calendar's time is. By the zone that the calendar defines under that name, else by the one the world knows;
 * whole days and times without a zone are the calendar's own.
 */
function instantOf(time: ICAL.Time, tzid: string | undefined, floating: string): Date {
  const known = time.zone && time.zone.tzid !== 'floating';
  if (known && !time.isDate) return new Date(time.toUnixTime() * 1000);
  const { year, month, day, isDate } = time;
  const clock = isDate
    ? { hour: 0, minute: 0, second: 0 }
    : { hour: time.hour, minute: time.minute, second: time.second };
  const zone = (isDate ? undefined : tzid) ?? floating;
  try {
    return instantIn(zone, { year, month, day, ...clock });
  } catch (error) {
    throw new Error(`it names a time zone that nobody knows (${zone.slice(0, 60)})`, { cause: error });
  }
}

const tzidOf = (component: ICAL.Component, name: string): string | undefined => {
  const tzid = component.getFirstProperty(name)?.getParameter('tzid');
  return typeof tzid === 'string' ? tzid : undefined;
};

const textOf = (event: ICAL.Event): string =>
  (event.summary ?? '').replaceAll(/\s+/g, ' ').trim().slice(0, MAX_SUMMARY) || 'change freeze';

const isCancelled = ({ component }: ICAL.Event): boolean =>
  String(component.getFirstPropertyValue('status') ?? '').toUpperCase() === 'CANCELLED';

/** One occurrence, of the event or of what replaces it for that one time; undefined when it is called off or lasts nothing. */
function occurrenceOf(
  { item, startDate, endDate }: { item: ICAL.Event; startDate: ICAL.Time; endDate: ICAL.Time },
  floating: string,
): Occurrence | undefined {
  if (isCancelled(item)) return undefined;
  const tzid = tzidOf(item.component, 'dtstart');
  const from = instantOf(startDate, tzid, floating);
  const to = instantOf(endDate, tzidOf(item.component, 'dtend') ?? tzid, floating);
  return to > from
    ? { id: `${item.uid ?? 'event'}@${from.toISOString()}`, summary: textOf(item), from, to }
    : undefined;
}

/**
 * What the events of a calendar cover between two moments, repetitions, exceptions and time zones worked out. Every event
 * that is not cancelled counts, also one that its owner is free at. @throws when the text is not a calendar that can be
 * understood whole: half a calendar would leave out a freeze.
 */
export function occurrencesIn(text: string, since: Date, until: Date): Occurrence[] {
  const calendar = ICAL.Component.fromString(text);
  if (calendar.name !== 'vcalendar') throw new Error('it is not a calendar');
  const floating = zoneOf(calendar);
  const events = calendar.getAllSubcomponents('vevent').map((component) => new ICAL.Event(component));
  const found: Occurrence[] = [];
  let steps = 0;
  const add = (occurrence: Occurrence | undefined) => {
    if (occurrence && occurrence.to > since && occurrence.from < until) found.push(occurrence);
  };
  for (const event of events) {
    if (!event.startDate) throw new Error(`its event ${event.uid} has no beginning`);
    // Those that replace one time of another event come with that event.
    if (
      event.isRecurrenceException() &&
      events.some((one) => one !== event && one.uid === event.uid && !one.isRecurrenceException())
    )
      continue;
    if (!event.isRecurring()) {
      add(occurrenceOf({ item: event, startDate: event.startDate, endDate: event.endDate }, floating));
      continue;
    }
    const iterator = event.iterator();
    for (let next = iterator.next(); next; next = iterator.next()) {
      steps += 1;
      if (steps > MAX_STEPS) throw new Error(`its events repeat more than ${MAX_STEPS} times`);
      if (instantOf(next, tzidOf(event.component, 'dtstart'), floating) >= until) break;
      add(occurrenceOf(event.getOccurrenceDetails(next), floating));
    }
  }
  return found.toSorted((a, b) => a.from.getTime() - b.from.getTime());
}

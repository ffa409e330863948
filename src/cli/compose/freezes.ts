import { startCalendars } from '../../authority/freezes/calendars.ts';
import type { Configuration } from '../../platform/configuration/configuration.ts';
import type { Logger } from '../../platform/log.ts';

/** The configured calendars of change freezes, read from now on; undefined where none is configured. */
export const freezeCalendars = ({ BELAY_FREEZE_ICAL: places = [] }: Configuration, log: Logger) =>
  places.length === 0
    ? undefined
    : startCalendars({
        places,
        now: () => new Date(),
        onError: (calendar, err) => log.warn({ err, calendar }, 'a calendar of change freezes cannot be read'),
      });

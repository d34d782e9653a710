import { DateTime } from 'luxon';
import { Fault } from '../errors.js';
import { DURATION_TEXT, parseDuration } from '../quantity.js';
import { startOfDay } from '../readings/time-grid.js';

/** A date, or a date and a time, with or without a zone. */
const DATE_TEXT =
  /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?))?(Z|[+-]\d{2}:?\d{2})?$/i;

/**
 * Reads a point in time: how long ago (`2d`), or a date (`2026-11-01`, `2026-11-01T18:30`, with `Z` or
 * `+01:00` behind it).
 * @param zone of a date without one; UTC is that of every time that ertd prints, but for days and bills
 * @returns ms since 1970
 * @throws Fault `USAGE`
 */
export function parseMoment(text: string, nowMs: number, zone = 'UTC'): number {
  const bare = text.trim();
  if (DURATION_TEXT.test(bare)) return nowMs - parseDuration(bare);
  const [, date, time = '00:00', offset = ''] = DATE_TEXT.exec(bare) ?? [];
  const moment = DateTime.fromISO(`${date}T${time}${offset.toUpperCase()}`, { zone });
  if (date === undefined || !moment.isValid) {
    const examples = 'write how long ago, like 12h or 2d, or a date, like 2026-11-01 or 2026-11-01T18:30Z';
    throw new Fault('USAGE', `"${text}" is not a point in time; ${examples}.`);
  }
  const isMidnight = time === '00:00' && offset === '';
  // Where clocks are changed at midnight, the day begins at 1:00 or has two midnights.
  return isMidnight ? startOfDay(moment.plus({ hours: 3 }).toMillis(), zone) : moment.toMillis();
}

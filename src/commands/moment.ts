import { Fault } from '../errors.js';
import { DURATION_TEXT, parseDuration } from '../quantity.js';

/** A date, or a date and a time, with or without a zone. */
const DATE_TEXT =
  /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?))?(Z|[+-]\d{2}:?\d{2})?$/i;

/**
 * Reads a point in time: how long ago (`2d`), or a date (`2026-11-01`, `2026-11-01T18:30`, with `Z` or
 * `+01:00` behind it). Without a zone it is UTC, like every time that ertd prints.
 * @returns ms since 1970
 * @throws Fault `USAGE`
 */
export function parseMoment(text: string, nowMs: number): number {
  const bare = text.trim();
  if (DURATION_TEXT.test(bare)) return nowMs - parseDuration(bare);
  const [, date, time = '00:00', zone = 'Z'] = DATE_TEXT.exec(bare) ?? [];
  const timeMs = Date.parse(`${date}T${time}${zone.toUpperCase()}`);
  // Date.parse takes the 31st of a short month for the 1st of the next one.
  if (Number.isNaN(timeMs) || new Date(`${date}T00:00Z`).toISOString().slice(0, 10) !== date) {
    const examples = 'write how long ago, like 12h or 2d, or a date, like 2026-11-01 or 2026-11-01T18:30Z';
    throw new Fault('USAGE', `"${text}" is not a point in time; ${examples}.`);
  }
  return timeMs;
}

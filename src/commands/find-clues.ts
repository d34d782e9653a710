import { DateTime } from 'luxon';
import { Fault } from '../errors.js';
import { decimalsOf, parseDecimal } from '../readings/decimal.js';
import type { DialClue } from '../readings/find/clue.js';
import { parseMoment } from './moment.js';

const CLOCK = /^(\d{1,2}):(\d{2})$/;

/**
 * Reads what a dial showed: `12345.6`, or with the time before it, `10:00=12345.6`, `2026-11-20T10:00=12345.6`.
 * @param zone IANA name, of times that have none
 * @throws Fault `USAGE`
 */
export function parseDial(text: string, nowMs: number, zone: string): DialClue {
  const at = text.lastIndexOf('=');
  const dial = parseDecimal(text.slice(at + 1));
  const timeMs = at === -1 ? nowMs : momentOf(text.slice(0, at), nowMs, zone);
  if (timeMs > nowMs) throw new Fault('USAGE', `"${text}" is of a time that has not come yet.`);
  return { timeMs, value: Number(dial), resolution: 10 ** -decimalsOf(dial) };
}

/** A time of the day is the last one that there was. */
function momentOf(text: string, nowMs: number, zone: string): number {
  const [, hour, minute] = (CLOCK.exec(text.trim()) ?? []).map(Number);
  if (hour === undefined || hour > 23 || minute > 59) return parseMoment(text, nowMs, zone);
  const today = DateTime.fromMillis(nowMs, { zone }).startOf('day').set({ hour, minute });
  return (today.toMillis() > nowMs ? today.minus({ days: 1 }) : today).toMillis();
}

import { DateTime } from 'luxon';

const WITH_ZONE = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:?\d{2})$/;
const WITHOUT_ZONE = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(\.\d{1,9})?$/;
const UNIX = /^\d{9,10}(\.\d{1,9})?$/;

/** A time with its zone, as Go writes it; ms since 1970, null for what is none. */
export function timeWithZone(text: string): number | null {
  return WITH_ZONE.test(text) ? millis(DateTime.fromISO(text.replace(' ', 'T'))) : null;
}

/**
 * A time as rtl_433 writes it by `-M time`: seconds since 1970, or a date and a time, which is of the zone of the machine
 * that it ran on where none is written.
 * @param zone IANA name
 */
export function timeOfRtl433(text: string, zone: string): number | null {
  if (UNIX.test(text)) return Math.round(Number(text) * 1000);
  if (WITHOUT_ZONE.test(text)) return millis(DateTime.fromISO(text.replace(' ', 'T'), { zone }));
  return timeWithZone(text);
}

function millis(time: DateTime): number | null {
  return time.isValid ? time.toMillis() : null;
}

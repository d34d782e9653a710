import { DateTime } from 'luxon';
import type { Reading } from '../../readings/reading.js';

/**
 * Wall clock of a packet in the zone of this machine. A recording that does not tell when it began counts from
 * 1970, so that the same file prints the same lines.
 */
function localTime({ timeMs, seconds }: Reading): DateTime {
  return DateTime.fromMillis(timeMs ?? Math.round(seconds * 1000));
}

/** As Go's RFC 3339 with nanoseconds: no zeros at the end of the fraction, `Z` for UTC. */
export function goTime(reading: Reading): string {
  const time = localTime(reading);
  const fraction = time.millisecond === 0 ? '' : `.${time.toFormat('SSS').replace(/0+$/, '')}`;
  const zone = time.offset === 0 ? 'Z' : time.toFormat('ZZ');
  return `${time.toFormat("yyyy-MM-dd'T'HH:mm:ss")}${fraction}${zone}`;
}

/** As rtlamr's plain lines: local, without a zone. */
export function plainTime(reading: Reading): string {
  return localTime(reading).toFormat("yyyy-MM-dd'T'HH:mm:ss.SSS");
}

/** As rtl_433 prints it by default: local, to the second. */
export function secondsTime(reading: Reading): string {
  return localTime(reading).toFormat('yyyy-MM-dd HH:mm:ss');
}

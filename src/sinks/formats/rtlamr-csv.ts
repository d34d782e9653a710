import type { Reading } from '../../readings/reading.js';
import { goTime } from './foreign-time.js';
import { rtlamrFields } from './rtlamr-message.js';

/** A packet as `rtlamr -format=csv` prints it: time, offset, length, and the fields without their names. */
export function rtlamrCsv(reading: Reading): string {
  return `${[goTime(reading), '0', '0', ...rtlamrFields(reading).flatMap(({ csv }) => csv)].join(',')}\n`;
}

import type { Reading } from '../../readings/reading.js';
import { plainTime } from './foreign-time.js';
import { rtlamrFields, rtlamrTypeName } from './rtlamr-message.js';

/** A packet as rtlamr prints it by default. */
export function rtlamrPlain(reading: Reading): string {
  const fields = rtlamrFields(reading)
    .map(({ plain }) => plain)
    .filter((text) => text !== null);
  return `{Time:${plainTime(reading)} ${rtlamrTypeName(reading)}:{${fields.join(' ')}}}\n`;
}

import type { Reading } from '../../readings/reading.js';
import { goTime } from './foreign-time.js';
import { rtlamrFields, rtlamrTypeName } from './rtlamr-message.js';

/** A packet as `rtlamr -format=json` prints it; offset and length as where no samples are saved. */
export function rtlamrJson(reading: Reading): string {
  const message = Object.fromEntries(rtlamrFields(reading).map(({ name, json }) => [name, json]));
  const type = rtlamrTypeName(reading);
  return `${JSON.stringify({ Time: goTime(reading), Offset: 0, Length: 0, Type: type, Message: message })}\n`;
}

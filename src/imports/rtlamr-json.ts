import { bad, Fields, type HeardLine } from './heard-line.js';
import { readFields } from './packet-of-fields.js';
import { rtlamrMessage } from './rtlamr-message.js';
import { timeWithZone } from './time-text.js';

/** Reads an object of `rtlamr -format=json`. */
export function readRtlamrJson(line: object): HeardLine {
  const { Time, Type, Message } = line as Readonly<Record<string, unknown>>;
  const timeMs = typeof Time === 'string' ? timeWithZone(Time) : null;
  if (timeMs === null) return bad(`Time is ${JSON.stringify(Time) ?? 'missing'}`);
  return readFields(new Fields(Message), (fields) => rtlamrMessage(timeMs, String(Type), fields));
}

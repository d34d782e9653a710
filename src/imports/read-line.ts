import { bad, type HeardLine } from './heard-line.js';
import { readRtl433Json } from './rtl433-json.js';
import { readRtlamrCsv } from './rtlamr-csv.js';
import { readRtlamrJson } from './rtlamr-json.js';

/** No packet takes as much. */
const MOST_CHARACTERS = 20_000;

/**
 * Reads a line that rtlamr (JSON or CSV) or rtl_433 (JSON) has printed; which one of them it was, it shows.
 * @param zone IANA name, of times that have none
 */
export function readHeardLine(line: string, zone: string): HeardLine {
  const text = line.trim();
  if (text === '') return { ok: false, why: 'empty', reason: 'it is empty' };
  if (text.length > MOST_CHARACTERS) return bad(`it has ${text.length} characters`);
  if (!text.startsWith('{')) return readRtlamrCsv(text);
  let object: unknown;
  try {
    object = JSON.parse(text);
  } catch {
    return bad('it is not JSON');
  }
  if (typeof object !== 'object' || object === null) return bad('it is not an object');
  if ('Message' in object) return readRtlamrJson(object);
  return 'model' in object ? readRtl433Json(object, zone) : bad('it is neither of rtlamr nor of rtl_433');
}

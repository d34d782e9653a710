import type { Reading } from '../../readings/reading.js';
import { type RowWriter, rowWriter } from '../layout.js';
import { READING_LAYOUT } from '../reading-layout.js';
import { rtl433Json } from './rtl433-json.js';
import { rtlamrCsv } from './rtlamr-csv.js';
import { rtlamrJson } from './rtlamr-json.js';
import { rtlamrPlain } from './rtlamr-plain.js';

/** Lines as other programs print them, byte for byte. */
const FOREIGN = {
  'rtlamr-json': rtlamrJson,
  'rtlamr-csv': rtlamrCsv,
  'rtlamr-plain': rtlamrPlain,
  'rtl433-json': rtl433Json,
} as const satisfies Record<string, (reading: Reading) => string>;

/** How packets are printed: ertd's own formats, or those of rtlamr and rtl_433. */
export type PacketFormat = 'table' | 'jsonl' | 'csv' | keyof typeof FOREIGN;

/** A writer of packets. */
export function packetWriter(format: PacketFormat): RowWriter<Reading> {
  if (format === 'table' || format === 'jsonl' || format === 'csv') return rowWriter(READING_LAYOUT, format);
  return { header: '', line: FOREIGN[format] };
}

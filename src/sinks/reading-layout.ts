import { meaningOf, notesOf } from '../readings/packet-notes.js';
import type { Reading, SignalReport } from '../readings/reading.js';
import {
  type CellObject,
  type Column,
  isoTime,
  type Layout,
  megahertz,
  rounded,
  tableTime,
} from './layout.js';

/**
 * Protocol fields that have a CSV column, as a CSV has one header for all protocols: a packet without the
 * field leaves it empty, and a field that is not listed is in the JSON only.
 */
export const CSV_FIELD_NAMES: readonly string[] = ['tamperPhy', 'tamperEnc', 'relayed', 'checksum'];

const CSV_NAMES: readonly string[] = [
  'time',
  'seconds',
  'sample',
  'receiver',
  'protocol',
  'id',
  'type',
  'commodity',
  'consumption',
  ...CSV_FIELD_NAMES,
  'carrierHz',
  'snrDb',
  'correctedBits',
  'confidence',
  'alsoHeard',
];

const COLUMNS: readonly Column<Reading>[] = [
  { title: 'TIME (UTC)', width: 23, align: 'left', text: timeText },
  { title: 'ID', width: 10, align: 'right', text: (reading) => String(reading.id) },
  { title: 'METER', width: 11, align: 'left', text: meterText },
  { title: 'PROTOCOL', width: 8, align: 'left', text: (reading) => reading.protocol },
  { title: 'CONSUMPTION', width: 11, align: 'right', text: (reading) => String(reading.consumption ?? '-') },
  { title: 'SNR dB', width: 6, align: 'right', text: (reading) => reading.snrDb.toFixed(1) },
  { title: 'MHz', width: 8, align: 'right', text: (reading) => megahertz(reading.carrierHz) },
  { title: 'FIXED', width: 5, align: 'right', text: (reading) => String(reading.correctedBits) },
  { title: 'SURE', width: 6, align: 'right', text: (reading) => reading.confidence.toFixed(4) },
  { title: 'NOTES', width: 18, align: 'left', text: notes },
];

/** How a reading is printed: `time` is null in JSON, and seconds since the start in a table, where unknown. */
export const READING_LAYOUT: Layout<Reading> = {
  columns: COLUMNS,
  csvNames: CSV_NAMES,
  record: (reading) => ({
    time: reading.timeMs === null ? null : isoTime(reading.timeMs),
    seconds: rounded(reading.seconds, 6),
    sample: reading.sample,
    receiver: reading.receiver,
    protocol: reading.protocol,
    id: reading.id,
    type: reading.type,
    commodity: reading.commodity,
    consumption: reading.consumption,
    ...reading.fields,
    ...meaningOfRow(reading),
    carrierHz: reading.carrierHz,
    snrDb: rounded(reading.snrDb, 1),
    correctedBits: reading.correctedBits,
    confidence: rounded(reading.confidence, 4),
    ...(reading.alsoHeard !== undefined && { alsoHeard: reading.alsoHeard.map(signalOf) }),
  }),
};

function signalOf({ receiver, carrierHz, snrDb, correctedBits, confidence }: SignalReport): SignalReport {
  return {
    receiver,
    carrierHz,
    snrDb: rounded(snrDb, 1),
    correctedBits,
    confidence: rounded(confidence, 4),
  };
}

function meaningOfRow(reading: Reading): { readonly meaning?: CellObject } {
  const meaning = meaningOf(reading);
  return meaning === null ? {} : { meaning };
}

/**
 * Commodity and ERT type for people, as in `electric 7`, as labels have it: of SCM+ that is the low half of the type.
 * What R900 tells in that place is how the reading is written.
 */
export function meterText(meter: {
  readonly commodity: string;
  readonly type: number;
  readonly protocol: string;
}): string {
  const { commodity, type, protocol } = meter;
  if (protocol.startsWith('R900')) return commodity;
  return `${commodity} ${protocol === 'SCM+' ? type & 15 : type}`;
}

function timeText(reading: Reading): string {
  if (reading.timeMs === null) return `+${reading.seconds.toFixed(6)} s`;
  return `${tableTime(reading.timeMs)}.${isoTime(reading.timeMs).slice(20, 23)}`;
}

function notes(reading: Reading): string {
  const others = reading.alsoHeard ?? [];
  return [
    ...notesOf(reading),
    ...others.map(({ receiver, snrDb }) => `also ${receiver} ${snrDb.toFixed(1)} dB`),
  ].join(', ');
}

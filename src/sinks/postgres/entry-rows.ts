import type { Entry, IntervalEntry, MeterEvent, RegisterReading } from '../../readings/entry.js';
import { isoTime } from '../layout.js';
import { type Columns, insertRows } from './insert.js';
import type { Transaction } from './transaction.js';

const READINGS: Columns<RegisterReading> = {
  meter: ['text', ({ meter }) => meter.key],
  register: ['text', ({ register }) => register],
  time: ['timestamptz', ({ timeMs }) => isoTime(timeMs)],
  name: ['text', ({ meter }) => meter.name],
  commodity: ['text', ({ meter }) => meter.commodity],
  value: ['numeric', ({ value }) => value],
  unit: ['text', ({ unit }) => unit],
  total: ['numeric', ({ total }) => total],
  counts: ['bigint', ({ counts }) => counts],
  total_counts: ['bigint', ({ totalCounts }) => totalCounts],
  begins_anew: ['boolean', ({ beginsAnew }) => beginsAnew],
  receiver: ['text', ({ packet }) => packet.receiver],
  snr_db: ['real', ({ packet }) => packet.snrDb],
};

const INTERVALS: Columns<IntervalEntry> = {
  meter: ['text', ({ meter }) => meter.key],
  register: ['text', ({ register }) => register],
  start: ['timestamptz', ({ startMs }) => isoTime(startMs)],
  end: ['timestamptz', ({ endMs }) => isoTime(endMs)],
  value: ['numeric', ({ value }) => value],
  unit: ['text', ({ unit }) => unit],
  counts: ['numeric', ({ counts }) => counts],
  quality: ['text', ({ quality }) => quality],
};

const EVENTS: Columns<MeterEvent> = {
  id: ['text', ({ id }) => id],
  time: ['timestamptz', ({ timeMs }) => isoTime(timeMs)],
  end: ['timestamptz', ({ endMs }) => (endMs === null ? null : isoTime(endMs))],
  type: ['text', ({ type }) => type],
  meter: ['text', ({ meter }) => meter?.key ?? null],
  severity: ['text', ({ severity }) => severity],
  message: ['text', ({ message }) => message],
  evidence: ['jsonb', ({ evidence }) => JSON.stringify(evidence)],
};

const LATER_INTERVAL = `(meter, register, start) DO UPDATE SET "end" = EXCLUDED."end", value = EXCLUDED.value,
  unit = EXCLUDED.unit, counts = EXCLUDED.counts, quality = EXCLUDED.quality`;
const LATER_EVENT = `(id, time) DO UPDATE SET "end" = EXCLUDED."end", severity = EXCLUDED.severity,
  message = EXCLUDED.message, evidence = EXCLUDED.evidence`;

/** Of several with one name the last one: a statement must not touch a row twice. */
function lastOfEach<Row>(rows: readonly Row[], nameOf: (row: Row) => string): Row[] {
  return [...new Map(rows.map((row) => [nameOf(row), row])).values()];
}

/** Writes readings, intervals and events: readings once, of intervals and events what is known last. */
export function writeEntries(transaction: Transaction, entries: readonly Entry[]): void {
  const readings = entries.filter((entry) => entry.kind === 'reading');
  const intervals = entries.filter((entry) => entry.kind === 'interval');
  const events = entries.filter((entry) => entry.kind === 'event');
  insertRows(transaction, 'ertd_readings', READINGS, readings, 'DO NOTHING');
  const intervalName = ({ meter, register, startMs }: IntervalEntry) => `${meter.key} ${register} ${startMs}`;
  insertRows(transaction, 'ertd_intervals', INTERVALS, lastOfEach(intervals, intervalName), LATER_INTERVAL);
  const eventName = ({ id, timeMs }: MeterEvent) => `${id} ${timeMs}`;
  insertRows(transaction, 'ertd_events', EVENTS, lastOfEach(events, eventName), LATER_EVENT);
}

import { isDeepStrictEqual } from 'node:util';
import { settingNamed } from '../src/config/settings.js';
import { PROTOCOLS } from '../src/decode/protocols/index.js';
import { type Reading, readingOf } from '../src/readings/reading.js';
import { Receiver } from '../src/receiver/receiver.js';
import { FileSource } from '../src/sources/file.js';
import { CHIP_RATE_HZ } from '../src/synth/transmitter.js';

/**
 * Everything else says which packet it is. Signal values are left out, as the receiver estimates them and may get
 * better, and what only the sender knows, or only the receiver adds.
 */
const NOT_SAID: ReadonlySet<string> = new Set([
  'seconds',
  'sample',
  'receiver',
  'commodity',
  'carrierHz',
  'snrDb',
  'correctedBits',
  'confidence',
  'meaning',
  'class',
  'ebN0Db',
]);
const CARRIER_TOLERANCE_HZ = 10e3;
/** As `ertd replay` has it unless told otherwise. */
const MIN_CONFIDENCE = Number(settingNamed('decode.minConfidence').initial);

/** One line of JSON: of `ertd replay`, or of a truth file. */
export type Row = Readonly<Record<string, unknown>>;

/** Every packet in a recording, as `ertd replay` reads it. */
export async function readingsIn(path: string): Promise<Reading[]> {
  const receiver = new Receiver(new FileSource(path), {
    protocols: PROTOCOLS,
    minConfidence: MIN_CONFIDENCE,
  });
  await receiver.open({ centerHz: 0, sampleRateHz: 0, gainDb: 'auto', ppm: 0 });
  const readings: Reading[] = [];
  await receiver.run(new AbortController().signal, (reception) =>
    readings.push(readingOf(reception.packet, reception)),
  );
  return readings;
}

/** What is wrong with `heard`, a sentence each; empty where every packet is there once and nothing else is. */
export function differences(expected: readonly Row[], heard: readonly Row[]): string[] {
  const rest = [...heard];
  const missing = expected.filter((row) => {
    const found = rest.findIndex((other) => same(row, other));
    if (found >= 0) rest.splice(found, 1);
    return found < 0;
  });
  return [
    ...missing.map((row) => `is missing: ${JSON.stringify(row)}`),
    ...rest.map((row) => `should not be there: ${JSON.stringify(row)}`),
  ];
}

function same(a: Row, b: Row): boolean {
  const apart = (key: string): number => Math.abs(Number(a[key]) - Number(b[key]));
  return (
    isDeepStrictEqual(saidBy(a), saidBy(b)) &&
    apart('seconds') <= 1 / CHIP_RATE_HZ &&
    apart('carrierHz') <= CARRIER_TOLERANCE_HZ
  );
}

function saidBy(row: Row): Row {
  return Object.fromEntries(Object.entries(row).filter(([key]) => !NOT_SAID.has(key)));
}

export function linesOf(text: string): Row[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MESSAGE_KINDS } from '../bench/any-packet.js';
import { rowWriter } from '../src/sinks/layout.js';
import { READING_LAYOUT } from '../src/sinks/reading-layout.js';
import type { MessageName } from '../src/synth/message.js';
import { Random } from '../src/synth/random.js';
import { record } from '../src/synth/recording.js';
import type { Sending } from '../src/synth/sending.js';
import { truthOf } from '../src/synth/truth.js';
import { linesOf, type Row, readingsIn } from './fixture-check.js';
import { type Rtl433, rowsOfRtl433 } from './rtl-433.js';
import { type Comparison, compare } from './rtl-433-comparison.js';

/** 72 samples a chip, at which rtl_433's own recordings of meters were made. */
const RADIO = { centerHz: 912_600_000, sampleRateHz: 2_359_296, ppm: 0, noiseRms: 3 / 128 };
/** Strong, as rtl_433 follows the amplitude of the whole band. */
const EB_N0_DB = 40;
const GAP_SECONDS = 0.08;
const WIDEST_HZ = 400e3;

/** Records random packets of a kind, and compares what both receivers make of them. */
export async function compareKind(
  { decoders }: Rtl433,
  name: MessageName,
  packets: number,
  directory: string,
): Promise<Comparison> {
  const path = join(directory, `${name.toLowerCase()}_912.6M_2359296sps.cu8`);
  const sent = writeRecording(name, packets, path);
  const writer = rowWriter(READING_LAYOUT, 'jsonl');
  const ours = linesOf((await readingsIn(path)).map((reading) => writer.line(reading)).join(''));
  return compare(name, sent, ours, rowsOfRtl433(path, RADIO.sampleRateHz, decoders.values()));
}

/** @returns what was sent */
function writeRecording(name: MessageName, packets: number, path: string): Row[] {
  const sendings = [...anySendings(name, packets)];
  const samples = Math.ceil((packets + 1) * GAP_SECONDS * RADIO.sampleRateHz);
  const blocks = [...record({ sendings, radio: RADIO, format: 'cu8', samples, seed: 1 })];
  writeFileSync(path, Buffer.concat(blocks.map(({ bytes }) => bytes)));
  return blocks.flatMap(({ heard }) => heard.map((packet): Row => ({ ...truthOf(packet, RADIO, null) })));
}

function* anySendings(name: MessageName, packets: number): Generator<Sending> {
  const random = new Random(433);
  const kind = MESSAGE_KINDS.find((one) => one.name === name)!;
  for (let i = 0; i < packets; i++) {
    yield {
      message: kind.make(random).message,
      class: 'P',
      seconds: (i + random.uniform(0.2, 0.3)) * GAP_SECONDS,
      carrierHz: RADIO.centerHz + random.uniform(-WIDEST_HZ, WIDEST_HZ),
      chipPpm: random.uniform(-20, 20),
      ebN0Db: EB_N0_DB,
      seed: random.int32(),
    };
  }
}

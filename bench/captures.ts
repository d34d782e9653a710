import { existsSync, readFileSync } from 'node:fs';
import { Random } from '../src/synth/random.js';
import { receive } from './receive.js';
import { table, verdict } from './table.js';

const FOLDER = new URL('../../shared/captures/', import.meta.url);
const SEEDS = [1, 2, 3];

/** Packets to be decoded, three seeds together, for noise added in LSB rms (I and Q together). */
const TARGETS: Readonly<Record<string, readonly (readonly [noiseLsb: number, packets: number])[]>> = {
  'scm-c1sr-a_2359k': [
    [0, 45],
    [16, 45],
    [32, 43],
    [48, 36],
    [64, 22],
  ],
  'scm-relay-a_2555k': [
    [0, 27],
    [32, 21],
    [48, 16],
  ],
};

interface Truth {
  readonly sampleRateHz: number;
  readonly packets: readonly { readonly id: number; readonly consumption: number }[];
}

/** Real recordings with noise added: packets decoded of those they hold, and what else came out. */
export function captureFigures(): string {
  if (!existsSync(FOLDER)) return 'No recordings here: that part is left out.';
  const rows: string[][] = [];
  for (const [name, targets] of Object.entries(TARGETS)) {
    const bytes = readFileSync(new URL(`${name}.cu8`, FOLDER));
    const truth: Truth = JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8'));
    for (const [noiseLsb, target] of targets) {
      let decoded = 0;
      let extra = 0;
      for (const seed of SEEDS) {
        const { packets } = receive([withNoise(bytes, noiseLsb, seed)], truth.sampleRateHz);
        const found = truth.packets.filter(({ id, consumption }) =>
          packets.some((packet) => packet.meterId === id && packet.consumption === consumption),
        ).length;
        decoded += found;
        extra += packets.length - found;
      }
      const of = SEEDS.length * truth.packets.length;
      rows.push([
        name,
        String(noiseLsb),
        `${decoded} of ${of}`,
        String(extra),
        String(target),
        verdict(decoded >= target),
      ]);
    }
  }
  return table(['recording', 'added noise LSB', 'decoded', 'wrong', 'target', 'verdict'], rows);
}

function withNoise(bytes: Uint8Array, noiseLsb: number, seed: number): Uint8Array {
  const random = new Random(seed);
  const deviation = noiseLsb / Math.SQRT2;
  return bytes.map((byte) => Math.max(0, Math.min(255, Math.round(byte + deviation * random.gaussian()))));
}

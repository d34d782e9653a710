/**
 * Packets that overlap in full on different channels: how often all of them come out.
 *
 *   npm run bench:collisions [-- trials]
 */
import { Random } from '../src/synth/random.js';
import type { TransmitterClass } from '../src/synth/transmitter.js';
import { receive } from './receive.js';
import { isSame, SAMPLE_RATE_HZ, scene, transmission } from './scene.js';
import { table, verdict } from './table.js';

const CLASSES: readonly TransmitterClass[] = ['P', 'F', 'G'];
const SLOT_S = 0.02;

interface Case {
  readonly name: string;
  /** Strength of each packet, dB, and least distance to the others, Hz. */
  readonly strengthsDb: readonly number[];
  readonly apartHz: number;
  /** Greatest difference of the starts, s. */
  readonly jitterS: number;
  readonly target: number;
}

const CASES: readonly Case[] = [
  { name: 'two, equal, ≥ 200 kHz', strengthsDb: [20, 20], apartHz: 200e3, jitterS: 1e-4, target: 0.98 },
  { name: 'two, 37 and 12 dB, ≥ 400 kHz', strengthsDb: [37, 12], apartHz: 400e3, jitterS: 1e-3, target: 0.9 },
  { name: 'three, equal, ≥ 200 kHz', strengthsDb: [20, 20, 20], apartHz: 200e3, jitterS: 1e-4, target: 0.9 },
];

/** Carriers within ±43 % of the rate, each at least `apartHz` from the others; the nearest ones at just that. */
function carriers(random: Random, count: number, apartHz: number): number[] {
  const reach = 0.43 * SAMPLE_RATE_HZ;
  for (;;) {
    const first = random.uniform(-reach, reach);
    const chosen = [first];
    for (let i = 1; i < count; i++) chosen.push(chosen[i - 1] + apartHz * random.uniform(1, 2));
    const side = random.below(2) === 0 ? 1 : -1;
    const all = chosen.map((hz) => first + side * (hz - first));
    if (all.every((hz) => Math.abs(hz) < reach)) return all;
  }
}

function run({ strengthsDb, apartHz, jitterS }: Case, kind: TransmitterClass, trials: number) {
  const random = new Random(17 + kind.charCodeAt(0) + strengthsDb.length);
  const groups = Array.from({ length: trials }, (_, i) => {
    const hz = carriers(random, strengthsDb.length, apartHz);
    const start = (i + 0.3) * SLOT_S;
    return strengthsDb.map((db, k) =>
      transmission(random, kind, db, (start + random.uniform(0, jitterS)) * SAMPLE_RATE_HZ, hz[k]),
    );
  });
  const onAir = groups.flat().map((one) => one.onAir);
  const { packets } = receive(scene(onAir, (trials + 1) * SLOT_S, random), SAMPLE_RATE_HZ);
  const complete = groups.filter((group) =>
    group.every(({ sent }) => packets.some((packet) => isSame(packet, sent))),
  );
  const found = groups.flat().filter(({ sent }) => packets.some((packet) => isSame(packet, sent)));
  return { share: complete.length / trials, extra: packets.length - found.length };
}

const trials = Number(process.argv[2] ?? 300);
const rows: string[][] = [];
for (const one of CASES) {
  for (const kind of CLASSES) {
    const { share, extra } = run(one, kind, trials);
    const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;
    rows.push([
      one.name,
      kind,
      percent(share),
      String(extra),
      percent(one.target),
      verdict(share >= one.target),
    ]);
  }
}
console.log(`All of them decoded, ${trials} trials each, starts within 0.1 ms (unequal: 1 ms)`);
console.log(table(['packets', 'class', 'all decoded', 'wrong', 'target', 'verdict'], rows));

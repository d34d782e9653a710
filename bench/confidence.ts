/**
 * What the least confidence costs and what it saves: packets at the edge of what can be heard, decoded and wrong ones
 * for several values of it, beside the number of wrong ones that the confidences let expect.
 *
 *   npm run bench:confidence [-- packets-per-class]
 */
import { Random } from '../src/synth/random.js';
import { receive } from './receive.js';
import { anyCarrier, isSame, SAMPLE_RATE_HZ, scene, transmission } from './scene.js';
import { table } from './table.js';

const SLOT_S = 0.016;
const LEAST = [0.9, 0.99, 0.995, 0.999, 0.9999];
/** About where half of the packets are decoded, dB. */
const EDGE_DB = { P: 5.5, F: 8.5, G: 7.5 } as const;

const count = Number(process.argv[2] ?? 400);
const rows: string[][] = [];
for (const kind of ['P', 'F', 'G'] as const) {
  const random = new Random(kind.charCodeAt(0));
  const sendings = Array.from({ length: count }, (_, i) =>
    transmission(random, kind, EDGE_DB[kind], (i + 0.3) * SLOT_S * SAMPLE_RATE_HZ, anyCarrier(random)),
  );
  const onAir = sendings.map((one) => one.onAir);
  const { packets } = receive(scene(onAir, (count + 1) * SLOT_S, random), SAMPLE_RATE_HZ, {
    minConfidence: 0.5,
  });
  for (const least of LEAST) {
    const accepted = packets.filter(({ confidence }) => confidence >= least);
    const right = accepted.filter((packet) => sendings.some(({ sent }) => isSame(packet, sent))).length;
    const expected = accepted.reduce((sum, { confidence }) => sum + 1 - confidence, 0);
    rows.push([
      `${kind} at ${EDGE_DB[kind]} dB`,
      String(least),
      `${((100 * right) / count).toFixed(1)} %`,
      String(accepted.length - right),
      expected.toFixed(2),
    ]);
  }
}
console.log(`${count} packets of each class`);
console.log(table(['class', 'least confidence', 'decoded', 'wrong', 'wrong by confidence'], rows));

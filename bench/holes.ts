/**
 * What becomes of packets of which samples are missing, as of a dongle that loses some and does not say so: SCM of 10 to
 * 30 dB with a hole of 30 to 600 µs at a random place in each. And what the rule against them costs: weak packets without.
 *
 *   npm run bench:holes [-- minutes]
 */
import { encodeScm, type ScmFields, scm } from '../src/decode/protocols/scm.js';
import { manchester } from '../src/synth/line-code.js';
import { Random } from '../src/synth/random.js';
import { receive } from './receive.js';
import { anyCarrier, SAMPLE_RATE_HZ, scene, transmission } from './scene.js';
import { table } from './table.js';

const PIECE_SECONDS = 20;
const APART_SECONDS = 0.025;
const PACKET_SECONDS = 0.0059;
const HOLE_SECONDS = { least: 30e-6, most: 600e-6 };
const TYPES = [4, 5, 7, 8, 11, 12, 13];
const CLASSES = ['F', 'P', 'G'] as const;

interface Share {
  readonly ebN0Db: { readonly least: number; readonly most: number };
  readonly holes: boolean;
}

/** A meter such as there are: the beginning of its packets is mostly zeros, which is where what moves up goes unnoticed. */
function fieldsOf(random: Random): ScmFields {
  return {
    id: 10_000_001 + random.below(1000),
    type: TYPES[random.below(TYPES.length)],
    consumption: random.below(300_000),
    tamperPhy: 0,
    tamperEnc: 0,
    relayed: false,
  };
}

function piece({ ebN0Db, holes }: Share, seed: number) {
  const random = new Random(seed);
  const onAir = [];
  const sent = new Set<string>();
  const cuts: { readonly from: number; readonly length: number }[] = [];
  for (let at = APART_SECONDS; at < PIECE_SECONDS - APART_SECONDS; at += APART_SECONDS) {
    const fields = fieldsOf(random);
    const start = Math.round(at * SAMPLE_RATE_HZ);
    const kind = CLASSES[random.below(CLASSES.length)];
    const strength = random.uniform(ebN0Db.least, ebN0Db.most);
    const chips = manchester(encodeScm(fields));
    onAir.push(transmission(random, kind, strength, start, anyCarrier(random), { fields, chips }).onAir);
    sent.add(`${fields.id} ${fields.consumption}`);
    cuts.push({
      from: start + Math.round(random.uniform(0, PACKET_SECONDS) * SAMPLE_RATE_HZ),
      length: Math.round(random.uniform(HOLE_SECONDS.least, HOLE_SECONDS.most) * SAMPLE_RATE_HZ),
    });
  }
  const whole = Buffer.concat([...scene(onAir, PIECE_SECONDS, random)]);
  const ends = [0, ...cuts.map(({ from, length }) => from + length)];
  const parts = ends.map((end, i) => whole.subarray(2 * end, 2 * (cuts[i]?.from ?? whole.length / 2)));
  const { packets } = receive(holes ? parts : [whole], SAMPLE_RATE_HZ, { protocols: [scm] });
  const wrong = packets.filter(({ meterId, consumption }) => !sent.has(`${meterId} ${consumption}`));
  return { sent: cuts.length, heard: packets.length, wrong: wrong.length };
}

const pieces = 3 * Number(process.argv[2] ?? 3);
const rows = [
  { ebN0Db: { least: 10, most: 30 }, holes: true },
  { ebN0Db: { least: 6, most: 14 }, holes: false },
].map((share) => {
  const sum = { sent: 0, heard: 0, wrong: 0 };
  for (let seed = 1; seed <= pieces; seed++) {
    const { sent, heard, wrong } = piece(share, seed);
    sum.sent += sent;
    sum.heard += heard;
    sum.wrong += wrong;
  }
  const air = `${share.ebN0Db.least} to ${share.ebN0Db.most} dB, ${share.holes ? 'a hole in each' : 'no holes'}`;
  return [air, String(sum.sent), String(sum.heard), String(sum.wrong)];
});
console.log(table(['packets', 'sent', 'heard', 'of these never sent'], rows));

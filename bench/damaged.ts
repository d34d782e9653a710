/**
 * What comes of packets that another transmission has damaged beyond repair: how often symbols that say nothing of what
 * was sent make another word of SCM's code, which is believed.
 *
 * Such words are rare, so that hours of air would be needed to count them. But what is left of a damaged packet is as good
 * as random: each one in some busy air has its symbols turned over at random many times, sync word and sureness as they
 * are, and each time the decoder is asked.
 *
 *   npm run bench:damaged [-- seconds-of-air [times]]
 */
import { Decoder, type Verdict } from '../src/decode/decoder.js';
import { scm } from '../src/decode/protocols/scm.js';
import type { Burst } from '../src/dsp/burst.js';
import { FrontEnd } from '../src/dsp/front-end.js';
import { Air } from '../src/synth/air.js';
import { quantise } from '../src/synth/quantise.js';
import { Random } from '../src/synth/random.js';
import { MIN_CONFIDENCE } from './receive.js';
import { anyCarrier, NOISE_RMS, SAMPLE_RATE_HZ, transmission } from './scene.js';
import { table } from './table.js';

const PACKETS_PER_SECOND = 50;
const BLOCK_SAMPLES = 65_536;
/** So near to a start that was sent, in samples, it is the packet that was sent there; so many flips can be corrected. */
const NEAR_SAMPLES = 150;
const MOST_FLIPS = 4;

/** How many are believed, with what noise does not explain and without asking for it. */
class Tally {
  right = 0;
  rightIfNotAsked = 0;
  wrong = 0;
  wrongIfNotAsked = 0;
  damaged = 0;
}

const verdictOf = (burst: Burst): Verdict => {
  let verdict: Verdict | undefined;
  const decoder = new Decoder([scm], MIN_CONFIDENCE, {
    verdict: (_, one) => {
      verdict = one;
    },
  });
  decoder.decode([burst], Number.POSITIVE_INFINITY);
  return verdict!;
};

/** Whether a burst would be believed for its confidence alone. */
function isSure(verdict: Verdict): boolean {
  if (verdict.became !== 'refused') return true;
  const { nearest, why } = verdict;
  if (nearest === null || why !== 'integrity' || nearest.overNoise < 50) return false;
  return 1 - nearest.confidence <= (1 - MIN_CONFIDENCE) / 4 ** Math.max(0, nearest.correctedBits - 2);
}

function measure(seconds: number, times: number): Tally {
  const random = new Random(33);
  const tally = new Tally();
  const sent = Array.from({ length: seconds * PACKETS_PER_SECOND }, (_, i) => {
    const start = random.uniform(0, seconds - 0.01) * SAMPLE_RATE_HZ;
    const kind = (['P', 'F', 'G'] as const)[i % 3];
    return transmission(random, kind, random.uniform(15, 50), start, anyCarrier(random));
  });
  const air = new Air(
    sent.map(({ onAir }) => onAir),
    NOISE_RMS,
    random,
  );
  const chips = sent.map(({ onAir }) => onAir.transmission);
  const look = (burst: Burst): void => {
    const flips = chips
      .filter(({ startSample }) => Math.abs(startSample - burst.firstSample) < NEAR_SAMPLES)
      .map((one) => burst.soft.filter((nats, i) => (nats > 0 ? 1 : 0) !== one.chips[2 * i]).length);
    if (Math.min(...flips) <= MOST_FLIPS) {
      const verdict = verdictOf(burst);
      if (verdict.became === 'accepted') tally.right++;
      if (isSure(verdict)) tally.rightIfNotAsked++;
      return;
    }
    tally.damaged++;
    const soft = burst.soft.slice();
    for (let n = 0; n < times; n++) {
      for (let i = scm.sync.length; i < soft.length; i++) if (random.below(2) === 1) soft[i] *= -1;
      const verdict = verdictOf({ ...burst, soft });
      if (verdict.became === 'accepted') tally.wrong += 1 / times;
      if (isSure(verdict)) tally.wrongIfNotAsked += 1 / times;
    }
  };
  const frontEnd = new FrontEnd(SAMPLE_RATE_HZ, 'cu8', [scm]);
  const iq = new Float32Array(2 * BLOCK_SAMPLES);
  for (let sample = 0; sample < seconds * SAMPLE_RATE_HZ; sample += BLOCK_SAMPLES) {
    air.next(iq);
    for (const burst of frontEnd.push(quantise(iq, 'cu8'))) look(burst);
  }
  for (const burst of frontEnd.flush(0)) look(burst);
  return tally;
}

const [seconds = 60, times = 600] = process.argv.slice(2).map(Number);
const { damaged, right, rightIfNotAsked, wrong, wrongIfNotAsked } = measure(seconds, times);
const per = (words: number, of: number): string => ((1e5 * words) / of).toFixed(2);
console.log(
  `${seconds} s of air, ${PACKETS_PER_SECOND} packets a second, ${damaged} damaged, each ${times} times`,
);
console.log(
  table(
    ['what noise does not explain', 'right packets', 'wrong words for 100 000 of them'],
    [
      ['is not asked', String(rightIfNotAsked), per(wrongIfNotAsked, rightIfNotAsked)],
      ['asks for less doubt', String(right), per(wrong, right)],
    ],
  ),
);

import type { ActivityClass } from '../dsp/activity-class.js';
import type { ReceiverStats } from '../receiver/receiver.js';
import { type Finding, isFailedPacket } from './finding.js';
import { shortByDb, type Tuned } from './words.js';

/** All that a verdict is based on. */
export interface Evidence extends Tuned {
  readonly findings: readonly Finding[];
  readonly stats: ReceiverStats;
  readonly meters: number;
  /** Noise of the whole window, dB of full scale; null where nothing was received. */
  readonly noiseDbfs: number | null;
}

/** Where endpoints send, Hz. */
const BAND_HZ = { low: 909.6e6, high: 921.8e6 };
/** Share of clipped samples from which the gain is too high. */
const CLIPPED_SHARE = 0.01;
/** Noise below this drowns in that of eight-bit samples, dBFS. */
const FAINT_DBFS = -40;
/** Air shorter than this may just have been quiet, s. */
const SHORT_S = 60;
/** A carrier so near to the centre is the radio's own, Hz. */
const CENTRE_HZ = 30e3;

/** What it all comes to, in sentences for someone whose meter does not appear. */
export function verdictOf(evidence: Evidence): string[] {
  const { stats, meters } = evidence;
  const heard =
    stats.packets === 0
      ? 'No packet was decoded.'
      : `${count(stats.packets, 'packet')} from ${count(meters, 'meter')} decoded.`;
  const said = [
    ...aboutTuning(evidence),
    ...aboutLevel(evidence),
    ...aboutFailed(evidence),
    ...aboutForeign(evidence),
  ];
  if (stats.packets === 0 && said.length === 0) said.push(...aboutSilence(evidence));
  return [heard, ...said];
}

function aboutTuning({ centerHz, sampleRateHz }: Evidence): string[] {
  if (centerHz === 0) return [];
  const [low, high] = [centerHz - sampleRateHz / 2, centerHz + sampleRateHz / 2];
  if (high > BAND_HZ.low && low < BAND_HZ.high) return [];
  return [
    `The window, ${mhz(low)} to ${mhz(high)}, lies outside of where ERT meters send, ${mhz(BAND_HZ.low)} to ${mhz(BAND_HZ.high)}: tune to about 912.6 MHz.`,
  ];
}

function aboutLevel({ stats, noiseDbfs }: Evidence): string[] {
  const share = stats.clippedSamples / Math.max(1, stats.samples);
  if (share > CLIPPED_SHARE) {
    return [`The radio is overdriven, ${(100 * share).toFixed(0)} % of the samples clip: set a lower gain.`];
  }
  if (noiseDbfs !== null && noiseDbfs < FAINT_DBFS) {
    return [
      `The noise is at ${noiseDbfs.toFixed(0)} dB of full scale, where eight-bit samples have none left to hear with: set a higher gain, and see that the antenna is connected.`,
    ];
  }
  return [];
}

function aboutFailed({ findings }: Evidence): string[] {
  const short = findings
    .filter(isFailedPacket)
    .flatMap((one) =>
      one.kind === 'candidate' && one.became === 'burst' ? [shortByDb(one.judged.burst)] : [],
    );
  if (short.length === 0) return [];
  const weak = short.filter((db) => db > 0).sort((a, b) => a - b);
  const strong = short.length - weak.length;
  const said: string[] = [];
  if (weak.length > 0) {
    const middle = weak[weak.length >> 1].toFixed(1);
    said.push(
      `${count(weak.length, 'burst')} like an ERT packet came too weak to be sure of, typically by ${middle} dB: a better place or antenna would bring them in; more gain helps only while the noise is low.`,
    );
  }
  if (strong > 0) {
    said.push(
      `${count(strong, 'burst')} like an ERT packet failed the check though strong enough: two meters at once, or another message than is listened for.`,
    );
  }
  return said;
}

/** What each kind of foreign energy means for someone who looks for a meter. */
const MEANING: Partial<Readonly<Record<ActivityClass, readonly [what: string, meaning: string]>>> = {
  manchester: [
    'Keyed like an ERT packet, but with no sync word that is listened for',
    'a meter with another message than SCM, such as SCM+ or IDM?',
  ],
  'fsk-like': [
    'Like FSK',
    'another kind of meter or network, which ertd does not read. If nothing else is heard near your meter, it may be one of those.',
  ],
  chirp: ['Sweeping like LoRa', 'no meter that ertd reads.'],
  ook: ['Keyed on and off, but not as ERT packets are', 'remote controls and sensors do so.'],
  wideband: ['Impulses over the whole band', 'interference from something near, such as a power supply.'],
};

function aboutForeign({ findings, stats: { foreign } }: Evidence): string[] {
  const said = Object.entries(MEANING).flatMap(([looks, [what, meaning]]) => {
    const signals = foreign[looks as ActivityClass];
    return signals > 0 ? [`${what}: ${count(signals, 'signal')}; ${meaning}`] : [];
  });
  const carriers = findings.flatMap((one) =>
    one.kind === 'foreign' && one.activity.class === 'carrier' ? [one.activity.carrierHz] : [],
  );
  const own = carriers.filter((hz) => Math.abs(hz) < CENTRE_HZ).length;
  if (own > 0) said.push("The steady carrier at the tuned centre is the radio's own and does no harm.");
  if (carriers.length > own) {
    said.push('A steady carrier stands elsewhere in the window; a meter that sends there goes unheard.');
  }
  return said;
}

function aboutSilence({ stats, sampleRateHz }: Evidence): string[] {
  const seconds = stats.samples / sampleRateHz;
  const longer =
    seconds < SHORT_S
      ? ` ${seconds.toFixed(1)} s are short: many meters send once a minute or less, and hop over five such windows.`
      : '';
  return [
    `There is nothing but noise: is the antenna connected and made for 900 MHz, the gain high, the meter near?${longer}`,
  ];
}

function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}

function mhz(hz: number): string {
  return `${(hz / 1e6).toFixed(1)} MHz`;
}

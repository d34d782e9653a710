import type { Verdict } from '../decode/decoder.js';
import type { ActivityClass } from '../dsp/activity-class.js';
import type { Demodulation } from '../dsp/burst.js';
import { carrierOf, type Finding, type Judged, startOf } from './finding.js';
import type { Run } from './runs.js';

/** Where a stream sits: what turns samples and offsets into ms and MHz. */
export interface Tuned {
  readonly sampleRateHz: number;
  readonly centerHz: number;
}

/** What each kind of foreign energy is, for a person. */
export const FOREIGN_WORDS: Readonly<Record<ActivityClass, string>> = {
  carrier: 'steady carrier',
  'fsk-like': 'constant envelope that moves in frequency, as FSK does',
  chirp: 'sweeping carrier, as LoRa does',
  ook: 'keyed on and off, but not as ERT packets are',
  manchester: 'keyed like an ERT packet, but with no sync word that is known',
  'too-short': 'shorter than any packet: a pulse, or a piece of something weak',
  wideband: 'impulses over the whole band',
  splatter: 'part of a stronger signal at the same time',
};

/** Eb/N0 at which nine of ten packets are decoded, dB; what is clear is strong enough. */
const NEEDED_DB: Readonly<Record<Demodulation, number>> = { clear: 0, coherent: 7.5, narrow: 9, wide: 9.9 };

/** How much stronger a burst would have to be for its packet to come through, dB; 0 where it is strong enough. */
export function shortByDb({ demodulation, snrDb }: Judged['burst']): number {
  return Math.max(0, NEEDED_DB[demodulation] - snrDb);
}

/** Title of the lines of {@link lineOf}. */
export const LINES_TITLE = '        ms        MHz    dB  what        why\n';

/** One finding as a line for a person, or several alike. */
export function lineOf(
  { first: finding, times, lastSample }: Run,
  { sampleRateHz, centerHz }: Tuned,
): string {
  const ms = ((1000 * startOf(finding)) / sampleRateHz).toFixed(2).padStart(10);
  const mhz = ((centerHz + carrierOf(finding)) / 1e6).toFixed(3).padStart(9);
  const { db, what, why } = wordsOf(finding, sampleRateHz);
  const again =
    times === 1 ? '' : `; ${times} times until ${((1000 * lastSample) / sampleRateHz).toFixed(0)} ms`;
  return `${ms}  ${mhz}  ${db.toFixed(1).padStart(4)}  ${what.padEnd(10)}  ${why}${again}\n`;
}

interface Words {
  readonly db: number;
  readonly what: string;
  readonly why: string;
}

function wordsOf(finding: Finding, sampleRateHz: number): Words {
  if (finding.kind === 'foreign') {
    const { activity } = finding;
    const length = `${((1000 * activity.lengthSamples) / sampleRateHz).toFixed(1)} ms`;
    const width = `${(activity.bandwidthHz / 1e3).toFixed(0)} kHz`;
    const pulse =
      activity.pulseSeconds === null ? '' : `, pulses from ${(1e6 * activity.pulseSeconds).toFixed(0)} µs`;
    const why = `${FOREIGN_WORDS[activity.class]} (${length}, ${width}${pulse})`;
    return { db: activity.peakDb, what: activity.class, why };
  }
  const { sighting } = finding;
  if (finding.became === 'burst') {
    const { burst, verdict } = finding.judged;
    return {
      db: burst.snrDb,
      what: verdict.became === 'accepted' ? 'packet' : verdict.became,
      why: judgedWords(finding.judged),
    };
  }
  const db = 10 * Math.log10(Math.max(0.1, sighting.screening.rank));
  return {
    db,
    what: finding.became,
    why: `sync ${sighting.score.toFixed(1)} σ; ${fateWords(finding, sampleRateHz)}`,
  };
}

function fateWords(
  finding: Exclude<Finding, { kind: 'foreign' } | { became: 'burst' }>,
  sampleRateHz: number,
): string {
  const { score, order } = finding.sighting.screening;
  switch (finding.became) {
    case 'noise':
      return `no packet behind it: eye ${score.toFixed(1)} σ open, ${(100 * order).toFixed(0)} % of the energy in order`;
    case 'overload':
      return 'too many at once, not looked at';
    case 'yielded':
      return `a better one holds its channel at ${((1000 * finding.to.firstSample) / sampleRateHz).toFixed(2)} ms`;
  }
}

function judgedWords({ burst, verdict }: Judged): string {
  const how = burst.demodulation;
  switch (verdict.became) {
    case 'accepted': {
      const { protocol, meterId, type, consumption, correctedBits } = verdict.packet;
      const corrected = correctedBits === 0 ? '' : `, ${correctedBits} symbols corrected`;
      return `${protocol} ${meterId}, type ${type}, consumption ${consumption} (${how}${corrected})`;
    }
    case 'echo':
      return `repeats the packet of ${verdict.of.meterId} at another place (${how})`;
    case 'refused':
      return `${refusalWords(verdict, burst)} (${how})`;
  }
}

function refusalWords(
  { why, nearest }: Extract<Verdict, { became: 'refused' }>,
  burst: Judged['burst'],
): string {
  switch (why) {
    case 'line-code':
      return 'not Manchester, or not its start';
    case 'length':
      return 'cut short';
    case 'implausible':
      return 'its meter has the number 0';
    case 'integrity': {
      const doubt =
        nearest === null
          ? 'check failed, too many symbols wrong'
          : `not sure enough, ${nearest.correctedBits} symbols corrected, probability ${nearest.confidence.toFixed(3)}`;
      const shortDb = shortByDb(burst);
      return shortDb > 0
        ? `${doubt}; some ${shortDb.toFixed(1)} dB too weak`
        : `${doubt}; strong enough: two at once?`;
    }
  }
}

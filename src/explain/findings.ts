import type { Verdict } from '../decode/decoder.js';
import type { Activity } from '../dsp/activity.js';
import type { Burst } from '../dsp/burst.js';
import type { Sighting, SightingFate } from '../dsp/fate.js';
import type { ReceptionObserver } from '../receiver/receiver.js';
import { type Finding, isWorthTelling, startOf } from './finding.js';

/** Findings kept at most; a day of busy air has more, and they are counted only. */
const MOST = 100_000;
/** Carriers nearer than this are one channel, Hz. */
const CHANNEL_HZ = 100e3;

/** Keeps what a receiver tells of one stream. */
export class Findings implements ReceptionObserver {
  /** Findings that did not fit. */
  overflow = 0;
  readonly #all: boolean;
  readonly #kept: Finding[] = [];
  readonly #sightings = new Map<Burst, Sighting>();

  /** @param all keep also what is not worth telling */
  constructor(all: boolean) {
    this.#all = all;
  }

  sighting(sighting: Sighting, fate: SightingFate): void {
    if (fate.became === 'burst') this.#sightings.set(fate.burst, sighting);
    else if (fate.became === 'yielded')
      this.#keep({ kind: 'candidate', became: 'yielded', sighting, to: fate.to });
    else this.#keep({ kind: 'candidate', became: fate.became, sighting });
  }

  verdict(burst: Burst, verdict: Verdict): void {
    const sighting = this.#sightings.get(burst);
    if (sighting === undefined) return;
    this.#sightings.delete(burst);
    this.#keep({ kind: 'candidate', became: 'burst', sighting, judged: { burst, verdict } });
  }

  foreign(activity: Activity): void {
    this.#keep({ kind: 'foreign', activity });
  }

  /** In order of their start; a packet's look-alikes, which begin inside it, only where all are wanted. */
  list(): Finding[] {
    const packets = this.#kept.flatMap((finding) => {
      if (finding.kind === 'foreign' || finding.became !== 'burst') return [];
      return finding.judged.verdict.became === 'accepted' ? [finding.judged.burst] : [];
    });
    const listed = this.#all ? this.#kept : this.#kept.filter((one) => !isLookAlike(one, packets));
    return listed.toSorted((a, b) => startOf(a) - startOf(b));
  }

  #keep(finding: Finding): void {
    if (!this.#all && !isWorthTelling(finding)) return;
    if (this.#kept.length < MOST) this.#kept.push(finding);
    else this.overflow++;
  }
}

/** Whether a refused burst overlaps a packet of its channel. @param packets in order of their start */
function isLookAlike(finding: Finding, packets: readonly Burst[]): boolean {
  if (finding.kind === 'foreign' || finding.became !== 'burst') return false;
  const { burst, verdict } = finding.judged;
  if (verdict.became !== 'refused') return false;
  return packets.some(
    (packet) =>
      Math.abs(packet.firstSample - burst.firstSample) < packet.lengthSamples &&
      Math.abs(packet.carrierHz - burst.carrierHz) < CHANNEL_HZ,
  );
}

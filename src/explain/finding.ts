import type { Verdict } from '../decode/decoder.js';
import type { Packet } from '../decode/protocol.js';
import type { Activity } from '../dsp/activity.js';
import type { Burst } from '../dsp/burst.js';
import type { Place, Sighting } from '../dsp/fate.js';

/** A burst and what the decoder made of it. */
export interface Judged {
  readonly burst: Burst;
  readonly verdict: Verdict;
}

/**
 * One thing that was found on the air, and what became of it:
 *   candidate  a place where a packet seemed to begin
 *   foreign    energy that belongs to no packet
 */
export type Finding =
  | {
      readonly kind: 'candidate';
      readonly became: 'noise' | 'overload';
      readonly sighting: Sighting;
    }
  | {
      readonly kind: 'candidate';
      readonly became: 'yielded';
      readonly sighting: Sighting;
      readonly to: Place;
    }
  | {
      readonly kind: 'candidate';
      readonly became: 'burst';
      readonly sighting: Sighting;
      readonly judged: Judged;
    }
  | { readonly kind: 'foreign'; readonly activity: Activity };

/** First sample of a finding in its stream. */
export function startOf(finding: Finding): number {
  if (finding.kind === 'foreign') return finding.activity.firstSample;
  return finding.became === 'burst' ? finding.judged.burst.firstSample : finding.sighting.firstSample;
}

/** Carrier relative to the tuned centre, Hz. */
export function carrierOf(finding: Finding): number {
  if (finding.kind === 'foreign') return finding.activity.carrierHz;
  return finding.became === 'burst' ? finding.judged.burst.carrierHz : finding.sighting.carrierHz;
}

/** The packet that a finding became, if it did. */
export function packetOf(finding: Finding): Packet | null {
  if (finding.kind === 'foreign' || finding.became !== 'burst') return null;
  const { verdict } = finding.judged;
  return verdict.became === 'accepted' ? verdict.packet : null;
}

/** Evidence from which a burst that was refused is worth a line: noise does not get there, nats. */
const TELLING_NATS = 25;

/** Whether a burst is like an ERT packet and failed its check: a weak one, or two at once. */
export function isFailedPacket(finding: Finding): boolean {
  if (finding.kind === 'foreign' || finding.became !== 'burst') return false;
  const { burst, verdict } = finding.judged;
  if (verdict.became !== 'refused' || verdict.why === 'line-code') return false;
  return burst.evidence > TELLING_NATS && burst.evidence > burst.keyingEvidence;
}

/** What a person wants to read about; the rest is summed up. */
export function isWorthTelling(finding: Finding): boolean {
  if (finding.kind === 'foreign') return finding.activity.class !== 'splatter';
  return packetOf(finding) !== null || isFailedPacket(finding);
}

import { type Said, saidIn } from './message.js';
import type { Heard, Radio } from './sending.js';

/** What was sent, with the keys that a received packet is printed with, and those only the sender knows. */
export interface TruthRow extends Said {
  /** ISO 8601, UTC; null where the start of the recording has no date. */
  readonly time: string | null;
  /** Since the recording began, by the radio's own clock. */
  readonly seconds: number;
  /** First sample of the packet. */
  readonly sample: number;
  readonly protocol: string;
  /** Absolute, as the radio hears it, Hz. */
  readonly carrierHz: number;
  readonly class: string;
  readonly ebN0Db: number;
}

/** @param startMs wall clock of the recording's first sample, ms since 1970, or null */
export function truthOf(
  heard: Pick<Heard, 'sending' | 'firstSample' | 'carrierHz'>,
  radio: Pick<Radio, 'sampleRateHz'>,
  startMs: number | null,
): TruthRow {
  const { message, class: transmitter, ebN0Db } = heard.sending;
  const seconds = heard.firstSample / radio.sampleRateHz;
  return {
    time: startMs === null ? null : new Date(Math.round(startMs + seconds * 1000)).toISOString(),
    seconds: Number(seconds.toFixed(6)),
    sample: heard.firstSample,
    protocol: message.protocol,
    ...saidIn(message),
    carrierHz: Math.round(heard.carrierHz),
    class: transmitter,
    ebN0Db: Number(ebN0Db.toFixed(1)),
  };
}

import type { Reception } from '../receiver/receiver.js';
import type { Annotation } from './sigmf-text.js';

/** A packet as it is noted in a recording. @param firstSample of the packet in the file */
export function annotationOf({ packet, centerHz }: Reception, firstSample: number): Annotation {
  const { protocol, meterId, type, consumption, snrDb, correctedBits, confidence, burst } = packet;
  const middleHz = centerHz + packet.carrierHz;
  return {
    firstSample,
    samples: burst.lengthSamples,
    lowHz: Math.round(middleHz - burst.bandwidthHz / 2),
    highHz: Math.round(middleHz + burst.bandwidthHz / 2),
    label: `${protocol} ${meterId}`,
    comment: [
      `type ${type}`,
      `consumption ${consumption}`,
      `${snrDb.toFixed(1)} dB`,
      `${correctedBits} bits corrected`,
      `confidence ${confidence.toFixed(4)}`,
    ].join(', '),
  };
}

import type { Reading } from '../../../src/readings/reading.js';
import { HEARD_MS, scmReading } from '../../sinks/reading-fixture.js';

/** A packet of meter `index` at step `step` as station `station` heard it; its register goes up by one a step. */
export function fleetPacket(station: number, index: number, step: number, givenMs = HEARD_MS): Reading {
  const consumption = 1000 * index + step;
  return scmReading({
    id: 10_000_001 + index,
    timeMs: givenMs + step * 30_000 + index * 7 + station * 3,
    sample: 1000 * step + index,
    consumption,
    fields: { tamperPhy: 0, tamperEnc: 0, relayed: false, checksum: consumption % 65_536 },
    receiver: 'radio',
    snrDb: 10 + station,
    confidence: 1,
  });
}

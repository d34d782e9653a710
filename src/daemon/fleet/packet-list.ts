import * as z from 'zod';
import type { TimedReading } from '../../readings/reading.js';

const finite = z.number();
const whole = z
  .int()
  .min(0)
  .max(2 ** 53 - 1);
const name = z.string().max(200);
const fieldValue = z.union([finite, z.boolean(), z.string().max(400), z.null(), z.array(finite).max(64)]);

/** How a receiver heard a transmission. */
const SIGNAL = z.object({
  receiver: name,
  carrierHz: finite,
  snrDb: finite,
  correctedBits: whole,
  confidence: finite.min(0).max(1),
});

const PACKET = SIGNAL.extend({
  timeMs: whole,
  seconds: finite,
  sample: finite,
  protocol: name,
  id: whole.max(2 ** 32 - 1),
  type: whole.max(255),
  commodity: z.enum(['electric', 'gas', 'water', 'unknown']),
  consumption: whole.nullable(),
  fields: z.record(name, fieldValue),
  alsoHeard: z.array(SIGNAL).max(64).optional(),
});

/** More than ertd puts into a message: what is longer comes from something else. */
const LIST = z.array(z.unknown()).max(500);

/**
 * The packets of a message, as they may be believed to be packets: what is on a broker anybody may have put there.
 * @param station who published it; receivers of several stations may have one name
 * @returns the packets, and how many were none
 */
export function packetsOf(payload: string, station: string): { packets: TimedReading[]; refused: number } {
  const list = LIST.safeParse(jsonOf(payload));
  if (!list.success) return { packets: [], refused: 1 };
  const packets = list.data.flatMap((item) => {
    const { data, success } = PACKET.safeParse(item);
    return success ? [{ ...data, receiver: `${station}/${data.receiver}` } as TimedReading] : [];
  });
  return { packets, refused: list.data.length - packets.length };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

import { Scheduler } from '../src/listening/scheduler.js';
import { type Meter, populate } from '../src/synth/meter.js';
import { Random } from '../src/synth/random.js';
import { street } from '../src/synth/street.js';

/** A packet on the air, as far as it matters where somebody listens. */
export interface Sent {
  readonly meter: number;
  readonly seconds: number;
  readonly carrierHz: number;
}

export const SAMPLE_RATE_HZ = 2.4e6;
/** What is nearer to the edge of a window is not heard, Hz. */
const EDGE_HZ = 50e3;
/** What a radio gives after it was tuned anew is thrown away, s. */
const MOVE_SECONDS = 0.3;
const PACKET_SECONDS = 0.006;
/** Share of the packets in a window that is heard: others are in the way, or it is a bad moment. */
const HEARD_SHARE = 0.95;

/** 40 meters that send every half to whole minute. @param part of the band that they keep to, Hz; all where absent */
export function metersIn(
  part: { readonly lowHz: number; readonly highHz: number } | null,
  seed: number,
): Meter[] {
  const meters = populate(
    {
      meters: 40,
      firstId: 10_000_001,
      class: 'mix',
      periodSeconds: { least: 30, most: 60 },
      ebN0Db: { least: 20, most: 30 },
      relayedShare: 0,
    },
    seed,
  );
  if (part === null) return meters;
  return meters.map((meter) => {
    const isIn = (channel: number): boolean =>
      meter.channelsHz[channel] >= part.lowHz && meter.channelsHz[channel] <= part.highHz;
    return { ...meter, hops: meter.hops.filter(isIn) };
  });
}

/** What of all that is sent could be heard, whoever listens where: the same for all. */
export function* hearable(meters: readonly Meter[], seconds: number): Generator<Sent> {
  for (const { message, seconds: at, carrierHz, seed } of street(meters, seconds)) {
    if (new Random(seed).uniform() < HEARD_SHARE) yield { meter: message.fields.id, seconds: at, carrierHz };
  }
}

function isHeard({ carrierHz }: Sent, centerHz: number): boolean {
  return Math.abs(carrierHz - centerHz) <= SAMPLE_RATE_HZ / 2 - EDGE_HZ;
}

/** What one radio hears that the scheduler moves about. */
export function heardByAuto(sent: readonly Sent[], seconds: number, wanted: readonly number[] = []): Sent[] {
  const scheduler = new Scheduler({ sampleRateHz: SAMPLE_RATE_HZ, receivers: 1, meters: wanted });
  const heard: Sent[] = [];
  let centerHz = 0;
  let next = 0;
  for (let at = 0; at < seconds; ) {
    const turn = scheduler.next(0);
    const from = at + (turn.centerHz === centerHz ? 0 : MOVE_SECONDS);
    const end = from + turn.seconds;
    centerHz = turn.centerHz;
    for (; next < sent.length && sent[next].seconds < end; next++) {
      const packet = sent[next];
      const isWhole = packet.seconds >= from && packet.seconds + PACKET_SECONDS <= end;
      if (!isWhole || !isHeard(packet, centerHz)) continue;
      heard.push(packet);
      scheduler.heard(packet.meter, packet.carrierHz);
    }
    scheduler.listened(0, turn.seconds);
    at = end;
  }
  return heard;
}

/** The packets that the best of all fixed windows hears, found out afterwards. */
export function heardByBest(sent: readonly Sent[]): { readonly centerHz: number; readonly packets: number } {
  let best = { centerHz: 0, packets: -1 };
  for (let centerHz = 909.5e6; centerHz <= 922e6; centerHz += 20e3) {
    let packets = 0;
    for (const packet of sent) if (isHeard(packet, centerHz)) packets++;
    if (packets > best.packets) best = { centerHz, packets };
  }
  return best;
}

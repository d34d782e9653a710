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

/** In its own order again and again, or anew by chance each time. */
export type Hopping = 'order' | 'chance';

/** What of all that is sent could be heard, whoever listens where: the same for all. */
export function* hearable(
  meters: readonly Meter[],
  seconds: number,
  hopping: Hopping = 'order',
): Generator<Sent> {
  const byId = new Map(meters.map((meter) => [meter.id, meter]));
  for (const { message, seconds: at, carrierHz, seed } of street(meters, seconds)) {
    const { id } = message.fields;
    const { channelsHz, carrierOffsetHz, hops } = byId.get(id)!;
    const random = new Random(seed);
    if (random.uniform() >= HEARD_SHARE) continue;
    const chosenHz = channelsHz[hops[random.below(hops.length)]] + carrierOffsetHz;
    yield { meter: id, seconds: at, carrierHz: hopping === 'chance' ? chosenHz : carrierHz };
  }
}

function isHeard({ carrierHz }: Sent, centerHz: number): boolean {
  return Math.abs(carrierHz - centerHz) <= SAMPLE_RATE_HZ / 2 - EDGE_HZ;
}

/**
 * What one radio hears that the scheduler moves about.
 * @param onTurn is told of each turn where it listened and for how long
 */
export function heardByAuto(
  sent: readonly Sent[],
  seconds: number,
  wanted: readonly number[] = [],
  onTurn?: (centerHz: number, seconds: number) => void,
): Sent[] {
  const scheduler = new Scheduler({ sampleRateHz: SAMPLE_RATE_HZ, receivers: 1, meters: wanted });
  const heard: Sent[] = [];
  let centerHz = 0;
  let next = 0;
  for (let at = 0; at < seconds; ) {
    const turn = scheduler.next(0, at);
    const from = at + (turn.centerHz === centerHz ? 0 : MOVE_SECONDS);
    const end = from + turn.seconds;
    centerHz = turn.centerHz;
    for (; next < sent.length && sent[next].seconds < end; next++) {
      const packet = sent[next];
      const isWhole = packet.seconds >= from && packet.seconds + PACKET_SECONDS <= end;
      if (!isWhole || !isHeard(packet, centerHz)) continue;
      heard.push(packet);
      scheduler.heard(0, packet.meter, packet.carrierHz, packet.seconds);
    }
    scheduler.listened(0, turn.seconds);
    onTurn?.(centerHz, turn.seconds);
    at = end;
  }
  return heard;
}

export interface FixedWindow {
  readonly centerHz: number;
  readonly packets: number;
}

function bestOf(packetsAt: (centerHz: number) => number): FixedWindow {
  let best = { centerHz: 0, packets: -1 };
  for (let centerHz = 909.5e6; centerHz <= 922e6; centerHz += 20e3) {
    const packets = packetsAt(centerHz);
    if (packets > best.packets) best = { centerHz, packets };
  }
  return best;
}

/** How many of these packets a fixed window hears. */
export function heardBy(sent: readonly Sent[], centerHz: number): number {
  let packets = 0;
  for (const packet of sent) if (isHeard(packet, centerHz)) packets++;
  return packets;
}

/** The fixed window that hears most, found out afterwards: of many that are alike it is the one with most luck. */
export function heardByBest(sent: readonly Sent[]): FixedWindow {
  return bestOf((centerHz) => heardBy(sent, centerHz));
}

/** What a window is expected to bring in a second to who knows how all meters hop, packets. */
export function rateAt(meters: readonly Meter[], centerHz: number): number {
  const isHere = ({ channelsHz, carrierOffsetHz }: Meter, hop: number): boolean =>
    Math.abs(channelsHz[hop] + carrierOffsetHz - centerHz) <= SAMPLE_RATE_HZ / 2 - EDGE_HZ;
  const rates = meters.map((meter) => {
    const here = meter.hops.filter((hop) => isHere(meter, hop)).length / meter.hops.length;
    return (HEARD_SHARE * here) / meter.periodSeconds;
  });
  return rates.reduce((sum, rate) => sum + rate, 0);
}

/** The fixed window that is expected to hear most. */
export function expectedOfBest(meters: readonly Meter[], seconds: number): FixedWindow {
  return bestOf((centerHz) => seconds * rateAt(meters, centerHz));
}

import type { Commodity } from '../../src/readings/commodity.js';
import type { TimedReading } from '../../src/readings/reading.js';
import { Random } from '../../src/synth/random.js';
import { noisePacket, type Spike, spikeOf } from './false-packets.js';
import { idmOf, type PacketRequest, r900Of, scmOf } from './packets.js';
import { hourlyUse, Usage } from './usage.js';

/** A street of made-up meters over a stretch of time. */
export interface SceneOptions {
  readonly seed: number;
  /** At least 12, so that there is one of each kind. */
  readonly meters: number;
  /** ms since 1970. */
  readonly startMs: number;
  readonly days: number;
  /** Share of the packets that are not heard. */
  readonly loss: number;
  /** Time from one packet of a meter to the next, ms. */
  readonly periodMs: number;
  /** Of the packets heard, the share that is right by its check and wrong. */
  readonly spikes: number;
  /** Packets of IDs that do not exist, a day. */
  readonly noisePerDay: number;
}

/** An endpoint, and the truth about it. */
export interface SceneMeter {
  readonly id: number;
  readonly kind: 'electric' | 'gas' | 'water' | 'net';
  readonly commodity: Commodity;
  /** ERT type as SCM has it. */
  readonly type: number;
  /** Inversion and removal, or tilt and magnet. */
  readonly tamper: readonly [number, number];
  /** When its intervals end, after each five minutes, ms. */
  readonly phaseMs: number;
  /** When a leak began; null where there is none. ms since 1970. */
  readonly leaksFromMs: number | null;
  /** Times that its power was off until then, from any number on. */
  readonly powerLosses: (timeMs: number) => number;
  /** Register as it sends it. */
  readonly countsAt: (timeMs: number) => number;
  /** Counted since the start, whatever the register does. */
  readonly totalAt: (timeMs: number) => number;
}

/** What happens in the scene, each once. ms since 1970. */
export interface Planted {
  /** All electric meters are without power. */
  readonly outage: { readonly fromMs: number; readonly untilMs: number };
  /** Nothing is heard. */
  readonly receiverOff: { readonly fromMs: number; readonly untilMs: number };
  /** The register of this meter begins anew: exchanged, its radio stayed. */
  readonly exchange: { readonly id: number; readonly atMs: number; readonly from: number };
  /** The register of this one rolls over at ten million. */
  readonly rollover: { readonly id: number };
  readonly leak: { readonly id: number; readonly fromMs: number };
  /** First of the three IDs of the meter that counts both ways. */
  readonly net: { readonly id: number };
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const FIRST_ID = 10_000_001;
const FIRST_NEPTUNE_ID = 1_500_000_001;
const SEVEN_DIGITS = 10_000_000;

/** The street: who sends what, when, and what of it is heard. The same options give the same packets. */
export class Scene {
  readonly options: SceneOptions;
  readonly meters: readonly SceneMeter[];
  readonly planted: Planted;
  /** False packets that were among those heard so far. */
  readonly spikes: Spike[] = [];

  constructor(options: SceneOptions) {
    const { startMs, days } = options;
    const at = (share: number): number => startMs + Math.floor(share * days * 24) * HOUR_MS + 7 * 60_000;
    this.options = options;
    this.planted = {
      outage: { fromMs: at(0.3), untilMs: at(0.3) + 2400_000 },
      receiverOff: { fromMs: at(0.6), untilMs: at(0.6) + 3 * HOUR_MS },
      exchange: { id: FIRST_ID + 1, atMs: at(0.45), from: 17 },
      rollover: { id: FIRST_ID },
      leak: { id: FIRST_NEPTUNE_ID + 2, fromMs: at(0.5) },
      net: { id: 10_900_001 },
    };
    this.meters = this.#populate();
  }

  get endMs(): number {
    return this.options.startMs + this.options.days * DAY_MS;
  }

  /** @throws Error for an ID that is none of the scene's */
  meter(id: number): SceneMeter {
    const meter = this.meters.find((one) => one.id === id);
    if (meter === undefined) throw new Error(`the scene has no meter ${id}`);
    return meter;
  }

  /** What is heard, in the order of time. */
  *packets(): Generator<TimedReading> {
    const { seed, startMs, periodMs } = this.options;
    const random = new Random(seed ^ 0x51ee);
    for (let sliceMs = startMs; sliceMs < this.endMs; sliceMs += periodMs) {
      const heard = this.meters.flatMap((meter) => this.#heardOf(meter, sliceMs, random));
      if (random.uniform() < (this.options.noisePerDay * periodMs) / DAY_MS)
        heard.push(noisePacket(random, sliceMs + random.below(periodMs), startMs));
      yield* heard.sort((one, other) => one.timeMs - other.timeMs);
    }
  }

  #heardOf(meter: SceneMeter, sliceMs: number, random: Random): TimedReading[] {
    const { startMs, periodMs, loss, spikes } = this.options;
    const timeMs = sliceMs + random.below(periodMs);
    const isHeard = random.uniform() >= loss && !this.#isSilent(meter, timeMs);
    const request: PacketRequest = {
      meter,
      timeMs,
      startMs,
      signal: {
        carrierHz: 912_600_155 + 196_568 * (random.below(11) - 5),
        snrDb: random.uniform(8, 30),
        correctedBits: 0,
        confidence: 1 - 10 ** random.uniform(-9, -3.5),
      },
    };
    if (!isHeard) return [];
    const packets = packetsOf(request, random);
    if (random.uniform() >= spikes || packets[0].protocol !== 'SCM') return packets;
    const spike = spikeOf(packets[0], random);
    this.spikes.push(spike);
    return [spike.packet, ...packets.slice(1)];
  }

  #isSilent({ kind }: SceneMeter, timeMs: number): boolean {
    const { outage, receiverOff } = this.planted;
    if (timeMs >= receiverOff.fromMs && timeMs < receiverOff.untilMs) return true;
    const hasMains = kind === 'electric' || kind === 'net';
    return hasMains && timeMs >= outage.fromMs && timeMs < outage.untilMs;
  }

  #populate(): SceneMeter[] {
    const random = new Random(this.options.seed);
    const others = this.options.meters - 3;
    const meters = Array.from({ length: others }, (_, index) => this.#meterAt(index, random));
    return [...meters, ...this.#netMeter(random)];
  }

  /** Of five, three are electric, one gas, one water. */
  #meterAt(index: number, random: Random): SceneMeter {
    const { startMs, days } = this.options;
    const { exchange, rollover, leak, outage } = this.planted;
    const kind = (['electric', 'gas', 'water', 'electric', 'electric'] as const)[index % 5];
    const isNeptune = kind === 'water';
    const id = isNeptune ? FIRST_NEPTUNE_ID + index : FIRST_ID + index;
    const leaksFromMs = id === leak.id ? leak.fromMs : null;
    const habit = {
      electric: { perHour: 100, idle: 0.05, base: 0.3 },
      gas: { perHour: 8, idle: 0.6, base: 0 },
      water: { perHour: 120, idle: 0.6, base: 0 },
    }[kind];
    const outHour = Math.floor((outage.fromMs - startMs) / HOUR_MS);
    const isOff = (hour: number): boolean => kind === 'electric' && hour === outHour;
    const hourly = hourlyUse(random, habit, days * 24, isOff).map((counts, hour) =>
      leaksFromMs !== null && startMs + hour * HOUR_MS >= leaksFromMs ? counts + 40 : counts,
    );
    const usage = new Usage(startMs, hourly);
    const total = usage.at.bind(usage);
    const first = id === rollover.id ? SEVEN_DIGITS - 3000 : random.below(900_000);
    const beforeExchange = total(exchange.atMs);
    const countsAt = (timeMs: number): number => {
      if (id === exchange.id && timeMs >= exchange.atMs)
        return exchange.from + total(timeMs) - beforeExchange;
      return (first + total(timeMs)) % (kind === 'electric' ? SEVEN_DIGITS : 2 ** 24);
    };
    const losses = random.below(100);
    return {
      ...{ id, kind, commodity: kind, type: { electric: 7, gas: 12, water: 11 }[kind] },
      ...{ tamper: [random.below(4), random.below(4)], phaseMs: random.below(300_000), leaksFromMs },
      powerLosses: (timeMs) => losses + (timeMs >= outage.untilMs ? 1 : 0),
      ...{ countsAt, totalAt: total },
    };
  }

  /** Delivered, received and net, of one meter: three IDs, and what each tells. */
  #netMeter(random: Random): SceneMeter[] {
    const { startMs, days } = this.options;
    const { id } = this.planted.net;
    const use = new Usage(startMs, hourlyUse(random, { perHour: 90, idle: 0.05, base: 0.3 }, days * 24));
    const isNight = (hour: number): boolean => hour % 24 < 8 || hour % 24 > 17;
    const sun = new Usage(startMs, hourlyUse(random, { perHour: 260, idle: 0, base: 0 }, days * 24, isNight));
    const [delivered, received] = [43_210, 25_000];
    const totals = [
      (timeMs: number) => use.at(timeMs),
      (timeMs: number) => sun.at(timeMs),
      (timeMs: number) => use.at(timeMs) - sun.at(timeMs),
    ];
    const firsts = [delivered, received, delivered - received];
    return totals.map((totalAt, index) => ({
      ...{ id: id + index, kind: 'net', commodity: 'electric', type: 8, tamper: [0, 0], phaseMs: 0 },
      ...{ leaksFromMs: null, powerLosses: () => 0, totalAt },
      countsAt: (timeMs) =>
        (((firsts[index] + totalAt(timeMs)) % SEVEN_DIGITS) + SEVEN_DIGITS) % SEVEN_DIGITS,
    }));
  }
}

/** What a meter sends at a time: electric ones SCM and IDM in turn. */
function packetsOf(request: PacketRequest, random: Random): TimedReading[] {
  const { meter, timeMs } = request;
  if (meter.kind === 'water') return [r900Of(request, meter.countsAt(timeMs))];
  if (meter.kind === 'electric' && random.uniform() < 0.5) return [idmOf(request, meter.countsAt)];
  return [scmOf(request, meter.countsAt(timeMs))];
}

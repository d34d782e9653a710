import { type Interferer, interference, LONGEST_SECONDS } from './interferer.js';
import type { Meter } from './meter.js';
import { Random } from './random.js';
import type { Sending } from './sending.js';
import { street } from './street.js';
import { Timeline } from './timeline.js';
import { CHIP_RATE_HZ } from './transmitter.js';

/** What is in the band. The same options give the same band. */
export interface BandOptions {
  readonly meters: readonly Meter[];
  /** Signals of other systems that begin in a second, anywhere from 902 to 928 MHz. */
  readonly interferersPerSecond: number;
  /** How far the carrier of a meter wanders to either side, Hz. */
  readonly wanderHz: number;
  readonly seed: number;
}

/** A meter's carrier goes to and fro in this time, s: faster than the weather, so that a demo shows it. */
const WANDER_SECONDS = { least: 200, most: 1800 };
/** Longer than any packet, s. */
const LONGEST_PACKET_SECONDS = 1500 / CHIP_RATE_HZ;

/**
 * Everything that is on the air from time 0 on, on all channels, whether or not anybody listens. Any number of radios
 * may listen to it, each where it is tuned to: a {@link VirtualRadio} makes samples of it.
 */
export class Band {
  readonly meters: readonly Meter[];
  readonly #sendings: Timeline<Sending>;
  readonly #interferers: Timeline<Interferer>;

  constructor({ meters, interferersPerSecond, wanderHz, seed }: BandOptions) {
    this.meters = meters;
    this.#sendings = new Timeline(() => wandering(meters, wanderHz));
    this.#interferers = new Timeline(() => interference(interferersPerSecond, seed));
  }

  /** Packets that begin from `from` on and before `until`, s; on all channels, in order of their begin. */
  sendings(from: number, until: number): Sending[] {
    return this.#sendings.between(from, until);
  }

  /** Signals of other systems that begin from `from` on and before `until`, s. */
  interferers(from: number, until: number): Interferer[] {
    return this.#interferers.between(from, until);
  }

  /** What began before a time and is not over. */
  soundingAt(seconds: number): { readonly sendings: Sending[]; readonly interferers: Interferer[] } {
    return {
      sendings: this.sendings(seconds - LONGEST_PACKET_SECONDS, seconds),
      interferers: this.interferers(seconds - LONGEST_SECONDS, seconds).filter(
        (one) => one.seconds + one.lengthSeconds > seconds,
      ),
    };
  }
}

/** What the meters send without end, on carriers that wander with the temperature. */
function* wandering(meters: readonly Meter[], wanderHz: number): Generator<Sending, void, undefined> {
  if (meters.length === 0) return;
  const offsets = new Map(meters.map((meter) => [meter.id, wanderOf(meter)]));
  for (const sending of street(meters, Number.POSITIVE_INFINITY)) {
    const offset = offsets.get(sending.message.fields.id)?.(sending.seconds) ?? 0;
    yield { ...sending, carrierHz: sending.carrierHz + wanderHz * offset };
  }
}

/** From −1 to 1 by the time. */
function wanderOf({ seed }: Meter): (seconds: number) => number {
  // Not the numbers that the meter's packets are made of.
  const random = new Random(~seed);
  const period = random.uniform(WANDER_SECONDS.least, WANDER_SECONDS.most);
  const phase = random.uniform(0, 2 * Math.PI);
  return (seconds) => Math.sin(phase + (2 * Math.PI * seconds) / period);
}

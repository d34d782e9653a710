import { CHANNELS_HZ } from './channel-plan.js';
import type { Meter } from './meter.js';
import { Random } from './random.js';
import type { Sending } from './sending.js';

/** Gaps between a meter's packets differ from its period by up to this share. */
const JITTER = 0.2;
/** Packets are put in order over so much time at once, s. */
const SLICE_SECONDS = 1;

/**
 * Everything that meters send from time 0 on, on all channels, in order of its start. Asked for bit by bit, so
 * an hour takes no more memory than a minute.
 * @param seconds no packet begins later
 */
export function* street(meters: readonly Meter[], seconds: number): Generator<Sending, void, undefined> {
  const senders = meters.map((meter) => new Sender(meter));
  for (let from = 0; from < seconds; from += SLICE_SECONDS) {
    const until = Math.min(from + SLICE_SECONDS, seconds);
    const slice = senders.flatMap((sender) => sender.sendings(until));
    yield* slice.sort((a, b) => a.seconds - b.seconds);
  }
}

/** A meter that goes on from packet to packet. */
class Sender {
  readonly #meter: Meter;
  readonly #random: Random;
  #seconds: number;
  #hop: number;

  constructor(meter: Meter) {
    this.#meter = meter;
    this.#random = new Random(meter.seed);
    this.#seconds = this.#random.uniform(0, meter.periodSeconds);
    this.#hop = this.#random.below(meter.hops.length);
  }

  /** Its packets from where it stands that begin before `until`. */
  sendings(until: number): Sending[] {
    const sent: Sending[] = [];
    while (this.#seconds < until) {
      sent.push(this.#sending());
      this.#seconds += this.#meter.periodSeconds * this.#random.uniform(1 - JITTER, 1 + JITTER);
      this.#hop = (this.#hop + 1) % this.#meter.hops.length;
    }
    return sent;
  }

  #sending(): Sending {
    const meter = this.#meter;
    const { id, type, tamperPhy, tamperEnc, relayed } = meter;
    const { first, perSecond, size } = meter.register;
    const consumption = Math.floor(first + this.#seconds * perSecond) % size;
    return {
      fields: { id, type, consumption, tamperPhy, tamperEnc, relayed },
      class: meter.class,
      seconds: this.#seconds,
      carrierHz: CHANNELS_HZ[meter.hops[this.#hop]] + meter.carrierOffsetHz,
      chipPpm: meter.chipPpm,
      ebN0Db: meter.ebN0Db,
      seed: this.#random.int32(),
    };
  }
}

import { messageAt } from './endpoint-message.js';
import type { MessageName } from './message.js';
import type { Meter } from './meter.js';
import { Random } from './random.js';
import type { Sending } from './sending.js';

/** Gaps between a meter's packets differ from its period by up to this share. */
const JITTER = 0.2;
/** An endpoint sends one packet at a time: the next begins so much later at least, s. */
const LEAST_GAP_SECONDS: Readonly<Record<MessageName, number>> = {
  SCM: 0.007,
  'SCM+': 0.009,
  IDM: 0.047,
  NetIDM: 0.047,
  R900: 0.008,
  R900BCD: 0.008,
};
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
  #turn = 0;

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
      const gap = this.#meter.periodSeconds * this.#random.uniform(1 - JITTER, 1 + JITTER);
      this.#seconds += Math.max(gap, LEAST_GAP_SECONDS[this.#protocol]);
      this.#hop = (this.#hop + 1) % this.#meter.hops.length;
      this.#turn++;
    }
    return sent;
  }

  get #protocol(): MessageName {
    const { sends } = this.#meter;
    return sends[this.#turn % sends.length];
  }

  #sending(): Sending {
    const meter = this.#meter;
    return {
      message: messageAt(meter, this.#protocol, this.#seconds),
      class: meter.class,
      seconds: this.#seconds,
      carrierHz: meter.channelsHz[meter.hops[this.#hop]] + meter.carrierOffsetHz,
      chipPpm: meter.chipPpm,
      ebN0Db: meter.ebN0Db,
      seed: this.#random.int32(),
    };
  }
}

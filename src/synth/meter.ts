import { hopOrder } from './channel-plan.js';
import { Random } from './random.js';
import type { TransmitterClass } from './transmitter.js';

/** A kind of endpoint: its ERT type, the radio it has, and at how many counts its register begins anew. */
interface Model {
  readonly type: number;
  readonly class: TransmitterClass;
  readonly registerSize: number;
}

const DIAL = 10 ** 7;
const FIELD = 2 ** 24;

/** What hangs in a street, one entry a meter; common kinds are there more than once. */
const MODELS: readonly Model[] = [
  { type: 7, class: 'F', registerSize: DIAL }, // electric, C1SR of the free-running kind
  { type: 12, class: 'G', registerSize: FIELD }, // gas, 100G
  { type: 8, class: 'P', registerSize: DIAL }, // electric, 53ESS
  { type: 11, class: 'G', registerSize: FIELD }, // water, 100W
  { type: 7, class: 'P', registerSize: DIAL }, // electric, C1SR of the synthesised kind
  { type: 4, class: 'F', registerSize: FIELD }, // electric, C1SR without interval data
  { type: 12, class: 'G', registerSize: FIELD },
  { type: 5, class: 'P', registerSize: FIELD }, // electric, 52ESS
  { type: 7, class: 'F', registerSize: DIAL },
  { type: 13, class: 'P', registerSize: FIELD }, // water, 60W
];

/** Largest distance of a carrier from its channel, Hz: a crystal's, or that of a circuit without one. */
const CARRIER_OFFSET_HZ: Readonly<Record<TransmitterClass, number>> = { P: 3e3, F: 20e3, G: 10e3 };
/** Largest error of the chip clock, parts per million. */
const CHIP_PPM = 50;
/** Share of the meters whose tamper counters have moved. */
const TAMPERED_SHARE = 0.2;

export interface Range {
  readonly least: number;
  readonly most: number;
}

/** An endpoint with all that makes it different from others. */
export interface Meter {
  /** ERT ID. */
  readonly id: number;
  /** ERT type, 0–15. */
  readonly type: number;
  readonly class: TransmitterClass;
  readonly tamperPhy: number;
  readonly tamperEnc: number;
  /** True for one that is heard by way of a repeater only. */
  readonly relayed: boolean;
  /** Counts at time 0, counts per second, and the count at which the register begins anew at 0. */
  readonly register: { readonly first: number; readonly perSecond: number; readonly size: number };
  /** Mean time from packet to packet, s. */
  readonly periodSeconds: number;
  /** Order of its channels. */
  readonly hops: Uint8Array;
  /** Distance of its carrier from the channel's, Hz. */
  readonly carrierOffsetHz: number;
  readonly chipPpm: number;
  readonly ebN0Db: number;
  /** Of what is random in its packets. */
  readonly seed: number;
}

/** What a population of meters is like. */
export interface Population {
  readonly meters: number;
  /** IDs are given from here upwards. */
  readonly firstId: number;
  /** `mix` has all kinds of meters, a class only those with such a radio. */
  readonly class: TransmitterClass | 'mix';
  readonly periodSeconds: Range;
  readonly ebN0Db: Range;
  /** Share of the meters with a synthesised transmitter that are heard by way of a repeater only. */
  readonly relayedShare: number;
}

/** The meters of a street. The same population and seed give the same meters. */
export function populate(population: Population, seed: number): Meter[] {
  const random = new Random(seed);
  const models = MODELS.filter((model) => population.class === 'mix' || model.class === population.class);
  return Array.from({ length: population.meters }, (_, i) =>
    // A generator of its own keeps a meter as it is when others are added after it.
    meterOf(population, population.firstId + i, models[i % models.length], new Random(random.int32())),
  );
}

function meterOf(population: Population, id: number, model: Model, random: Random): Meter {
  const { periodSeconds, ebN0Db, relayedShare } = population;
  const tampered = random.uniform() < TAMPERED_SHARE;
  // What comes by way of a repeater comes from its synthesised transmitter.
  const relayed = model.class === 'P' && random.uniform() < relayedShare;
  const period = periodSeconds.least * (periodSeconds.most / periodSeconds.least) ** random.uniform();
  const offset = CARRIER_OFFSET_HZ[model.class];
  return {
    id,
    type: model.type,
    class: model.class,
    tamperPhy: tampered ? random.below(4) : 0,
    tamperEnc: tampered ? random.below(4) : 0,
    relayed,
    register: {
      first: random.below(model.registerSize / 10),
      // Far more than a house uses, so that a minute of air shows what takes a day.
      perSecond: random.uniform(1, 4) / period,
      size: model.registerSize,
    },
    periodSeconds: period,
    hops: hopOrder(random),
    carrierOffsetHz: random.uniform(-offset, offset),
    chipPpm: random.uniform(-CHIP_PPM, CHIP_PPM),
    ebN0Db: random.uniform(ebN0Db.least, ebN0Db.most),
    seed: random.int32(),
  };
}

import { Fault } from '../errors.js';
import { CHANNELS_HZ, hopOrder, NEPTUNE_CHANNELS_HZ, neptuneHopOrder } from './channel-plan.js';
import { MOST_OVER_AVERAGE, type Register, swingsOf } from './load.js';
import type { MessageName } from './message.js';
import { Random } from './random.js';
import type { TransmitterClass } from './transmitter.js';

/** A kind of endpoint: what it sends, the radio it has, and at how many counts its register begins anew. */
interface Model {
  /** ERT type; of R900 how the reading is written. */
  readonly type: number;
  readonly class: TransmitterClass;
  readonly registerSize: number;
  /** Messages that it sends in turn, all with one ID. */
  readonly sends: readonly MessageName[];
}

const DIAL = 10 ** 7;
const FIELD = 2 ** 24;

const C1SR_FREE: Model = { type: 7, class: 'F', registerSize: DIAL, sends: ['SCM', 'IDM'] };
const C1SR: Model = { type: 7, class: 'P', registerSize: DIAL, sends: ['SCM', 'IDM'] };
const GAS_100G: Model = { type: 12, class: 'G', registerSize: FIELD, sends: ['SCM', 'SCM+'] };
const WATER_100W: Model = { type: 11, class: 'G', registerSize: FIELD, sends: ['SCM', 'SCM+'] };
const NET_METER: Model = { type: 8, class: 'P', registerSize: DIAL, sends: ['NetIDM'] };
const NEPTUNE: Model = { type: 3, class: 'P', registerSize: 2 ** 27, sends: ['R900'] };
const NEPTUNE_DIGITS: Model = { type: 1, class: 'P', registerSize: 10 ** 6, sends: ['R900BCD'] };

/** What hangs in a street, one entry a meter; common kinds are there more than once. */
const MODELS: readonly Model[] = [
  C1SR_FREE,
  GAS_100G,
  NEPTUNE,
  { type: 8, class: 'P', registerSize: DIAL, sends: ['SCM'] }, // electric, 53ESS
  WATER_100W,
  C1SR,
  NET_METER,
  { type: 4, class: 'F', registerSize: FIELD, sends: ['SCM'] }, // electric, C1SR without interval data
  GAS_100G,
  NEPTUNE_DIGITS,
  { type: 5, class: 'P', registerSize: FIELD, sends: ['SCM'] }, // electric, 52ESS
  C1SR_FREE,
  { type: 13, class: 'P', registerSize: FIELD, sends: ['SCM'] }, // water, 60W
];

/** Largest distance of a carrier from its channel, Hz: a crystal's, or that of a circuit without one. */
const CARRIER_OFFSET_HZ: Readonly<Record<TransmitterClass, number>> = { P: 3e3, F: 20e3, G: 10e3 };
/** Largest error of the chip clock, parts per million. */
const CHIP_PPM = 50;
/** Length of the intervals that IDM tells of, s. */
export const INTERVAL_SECONDS = 300;
/** What fits into an interval of IDM, counts. */
const MOST_PER_INTERVAL = 511;
/** Share of the water meters behind which there is a leak. */
const LEAKING_SHARE = 0.3;
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
  /** ERT type, 0–15; of R900 how the reading is written. */
  readonly type: number;
  /** Messages that it sends in turn. */
  readonly sends: readonly MessageName[];
  readonly class: TransmitterClass;
  readonly tamperPhy: number;
  readonly tamperEnc: number;
  /** True for one that is heard by way of a repeater only. */
  readonly relayed: boolean;
  readonly register: Register;
  /** What it has given back, where it counts both ways. */
  readonly generation: Register;
  /** Where in an interval it is at time 0, s, and how many intervals it has counted by then. */
  readonly intervals: { readonly phaseSeconds: number; readonly counter: number };
  /** Water that leaks all the time. */
  readonly leaking: boolean;
  /** Mean time from packet to packet, s. */
  readonly periodSeconds: number;
  /** Its channel plan, Hz, and the order of its channels in it. */
  readonly channelsHz: readonly number[];
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
  /** Only these messages are sent; SCM alone where absent. */
  readonly protocols?: readonly MessageName[];
  readonly periodSeconds: Range;
  readonly ebN0Db: Range;
  /** Share of the meters with a synthesised transmitter that are heard by way of a repeater only. */
  readonly relayedShare: number;
}

/**
 * The meters of a street. The same population and seed give the same meters.
 * @throws Fault `USAGE` where no endpoint has such a transmitter and sends such messages
 */
export function populate(population: Population, seed: number): Meter[] {
  const random = new Random(seed);
  const models = modelsOf(population);
  return Array.from({ length: population.meters }, (_, i) =>
    // A generator of its own keeps a meter as it is when others are added after it.
    meterOf(population, population.firstId + i, models[i % models.length], new Random(random.int32())),
  );
}

function modelsOf({ class: kind, protocols = ['SCM'] }: Population): Model[] {
  const models = MODELS.filter((model) => kind === 'mix' || model.class === kind)
    .map((model) => ({ ...model, sends: model.sends.filter((name) => protocols.includes(name)) }))
    .filter(({ sends }) => sends.length > 0);
  if (models.length > 0) return models;
  throw new Fault(
    'USAGE',
    `No endpoint of class ${kind} sends ${protocols.join(' or ')}; name other protocols.`,
  );
}

function meterOf(population: Population, id: number, model: Model, random: Random): Meter {
  const { periodSeconds, ebN0Db, relayedShare } = population;
  const tampered = random.uniform() < TAMPERED_SHARE;
  // What comes by way of a repeater comes from its synthesised transmitter, and is SCM.
  const relayed = model.class === 'P' && random.uniform() < relayedShare && model.sends.includes('SCM');
  const period = periodSeconds.least * (periodSeconds.most / periodSeconds.least) ** random.uniform();
  const offset = CARRIER_OFFSET_HZ[model.class];
  const meter = {
    id,
    type: model.type,
    sends: relayed ? (['SCM'] as const) : model.sends,
    class: model.class,
    tamperPhy: tampered ? random.below(4) : 0,
    tamperEnc: tampered ? random.below(4) : 0,
    relayed,
    register: {
      first: random.below(model.registerSize / 10),
      // Far more than a house uses, so that a minute of air shows what takes a day.
      perSecond: random.uniform(1, 4) / period,
      size: model.registerSize,
      swings: [],
    },
    periodSeconds: period,
    channelsHz: CHANNELS_HZ,
    hops: hopOrder(random),
    carrierOffsetHz: random.uniform(-offset, offset),
    chipPpm: random.uniform(-CHIP_PPM, CHIP_PPM),
    ebN0Db: random.uniform(ebN0Db.least, ebN0Db.most),
    seed: random.int32(),
  };
  return withHistory(meter, random);
}

/** Adds what only some messages tell of, drawn last: an endpoint of SCM alone is the same whatever else there is. */
function withHistory(meter: Omit<Meter, 'generation' | 'intervals' | 'leaking'>, random: Random): Meter {
  const { sends, register } = meter;
  const countsIntervals = sends.includes('IDM') || sends.includes('NetIDM');
  const isNeptune = sends.includes('R900') || sends.includes('R900BCD');
  const used = (first: number): Register => ({
    first,
    perSecond: random.uniform(0.2, MOST_PER_INTERVAL / INTERVAL_SECONDS / MOST_OVER_AVERAGE),
    size: register.size,
    swings: swingsOf(random),
  });
  return {
    ...meter,
    ...(countsIntervals && { register: used(register.first) }),
    ...(isNeptune && {
      channelsHz: NEPTUNE_CHANNELS_HZ,
      hops: neptuneHopOrder(random.below(NEPTUNE_CHANNELS_HZ.length)),
    }),
    generation: used(random.below(register.size / 10)),
    intervals: { phaseSeconds: random.uniform(0, INTERVAL_SECONDS), counter: random.below(256) },
    leaking: random.uniform() < LEAKING_SHARE,
  };
}

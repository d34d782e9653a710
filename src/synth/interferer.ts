import { FOREIGN_KINDS, type ForeignKind } from './foreign.js';
import { Random } from './random.js';

/** A signal of another system, from its begin to its end, as it is on the air whether or not anybody listens there. */
export interface Interferer {
  readonly kind: ForeignKind;
  /** When it begins, s of true time since the band began. */
  readonly seconds: number;
  readonly lengthSeconds: number;
  /** True frequency, Hz. */
  readonly carrierHz: number;
  /** Energy in the time of one chip over the noise density where it is heard, dB. */
  readonly ebN0Db: number;
  /** Of what is random in it. */
  readonly seed: number;
}

/** Where they send: the band that the United States leave to everyone, Hz. */
const FIRST_HZ = 902e6;
const LAST_HZ = 928e6;
/** Most last as long as a frame of data: from 2 to 300 ms, short ones as often as long ones, as powers of ten. */
const LENGTH_EXPONENT = { least: -2.7, most: -0.5 };
/** A carrier stays for longer, s; none stays for longer than {@link LONGEST_SECONDS}. */
const CARRIER_SECONDS = { least: 0.5, most: 10 };
const STRENGTH_DB = { least: 0, most: 40 };

export const LONGEST_SECONDS = CARRIER_SECONDS.most;

/** Signals of other systems without end, in order of their begin. @param perSecond how many begin, in the whole band */
export function* interference(perSecond: number, seed: number): Generator<Interferer, void, undefined> {
  if (perSecond <= 0) return;
  const random = new Random(seed);
  for (let seconds = 0; ; ) {
    seconds += random.exponential() / perSecond;
    yield interfererAt(seconds, random);
  }
}

function interfererAt(seconds: number, random: Random): Interferer {
  const kind = FOREIGN_KINDS[random.below(FOREIGN_KINDS.length)];
  return {
    kind,
    seconds,
    lengthSeconds:
      kind === 'carrier'
        ? random.uniform(CARRIER_SECONDS.least, CARRIER_SECONDS.most)
        : 10 ** random.uniform(LENGTH_EXPONENT.least, LENGTH_EXPONENT.most),
    carrierHz: random.uniform(FIRST_HZ, LAST_HZ),
    ebN0Db: random.uniform(STRENGTH_DB.least, STRENGTH_DB.most),
    seed: random.int32(),
  };
}

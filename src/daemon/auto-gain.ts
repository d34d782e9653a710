/*
 * What a gain has to achieve, dB of full scale, for the eight bits of a dongle:
 *
 *     0   full scale: what is stronger clips, and hides everything else
 *         ···  meters nearby
 *   −30   highest: more noise than this only takes room from strong meters
 *         ···  noise floor of the receiver
 *   −42   lowest: below, the steps of the converter add to the noise that weak meters have to beat
 *   −50   noise of the converter's own steps
 */
const HIGHEST_NOISE_DBFS = -30;
const LOWEST_NOISE_DBFS = -42;

/** Share of clipped samples from which the gain is too high, and from which it is far too high. */
const CLIPPED = 0.001;
const CLIPPED_BADLY = 0.01;
/** With more than this a higher gain would clip. */
const CLIPPED_RARELY = 0.0001;

const STEP_DB = 3;
/** As the R820T has it; a tuner with less takes what it has. */
const LARGEST_DB = 49.6;

/** Air between two looks, s. */
export const LOOK_S = 10;
/** Looks in a row that have to say the same of the noise, which passing traffic changes too. */
const AGREEING_LOOKS = 2;
/** How long a gain that clipped is not tried again: an hour, twice as long each time, at most a day; in looks. */
const FIRST_BAN_LOOKS = 3600 / LOOK_S;
const LONGEST_BAN_LOOKS = 24 * FIRST_BAN_LOOKS;

/** What was heard since the last look. */
export interface GainLook {
  /** Share of samples at full scale, 0 to 1. */
  readonly clippedShare: number;
  readonly noiseDbfs: number;
}

/** A gain to set, and why. */
export interface GainChange {
  readonly gainDb: number;
  readonly why: string;
}

/**
 * The gain that hears most: raised until the noise floor is clear of the converter's steps, lowered where samples
 * clip. Slow, and at rest once it has found its place: between raising and lowering lie 12 dB, and what clipped is
 * not tried again for an hour or more.
 */
export class AutoGain {
  #gainDb: number;
  #quietLooks = 0;
  #loudLooks = 0;
  #looks = 0;
  /** Gains from `fromDb` on clip, until then. */
  #ban = { fromDb: Number.POSITIVE_INFINITY, untilLook: 0, looks: FIRST_BAN_LOOKS / 2 };

  /** @param gainDb what it begins with: a middling one, from which either end is a minute away */
  constructor(gainDb = 28) {
    this.#gainDb = gainDb;
  }

  get gainDb(): number {
    return this.#gainDb;
  }

  /** Takes a look, each {@link LOOK_S} of air. @returns null where the gain stays */
  look({ clippedShare, noiseDbfs }: GainLook): GainChange | null {
    this.#looks += 1;
    this.#quietLooks =
      noiseDbfs < LOWEST_NOISE_DBFS && clippedShare < CLIPPED_RARELY ? this.#quietLooks + 1 : 0;
    this.#loudLooks = noiseDbfs > HIGHEST_NOISE_DBFS ? this.#loudLooks + 1 : 0;
    const percent = `${(100 * clippedShare).toPrecision(2)} %`;
    if (clippedShare > CLIPPED) {
      this.#banFrom(this.#gainDb);
      const steps = clippedShare > CLIPPED_BADLY ? 2 : 1;
      return this.#change(-steps, `${percent} of the samples clip`);
    }
    const noise = `the noise is at ${noiseDbfs.toFixed(0)} dBFS`;
    if (this.#loudLooks >= AGREEING_LOOKS) return this.#change(-1, `${noise}, strong meters need that room`);
    if (this.#quietLooks < AGREEING_LOOKS) return null;
    if (this.#looks < this.#ban.untilLook && this.#gainDb + STEP_DB >= this.#ban.fromDb) return null;
    return this.#change(1, `${noise}, little above that of the converter`);
  }

  #change(steps: number, why: string): GainChange | null {
    this.#quietLooks = 0;
    this.#loudLooks = 0;
    const gainDb = Math.min(LARGEST_DB, Math.max(0, this.#gainDb + steps * STEP_DB));
    if (gainDb === this.#gainDb) return null;
    this.#gainDb = gainDb;
    return { gainDb, why };
  }

  #banFrom(gainDb: number): void {
    const looks = Math.min(2 * this.#ban.looks, LONGEST_BAN_LOOKS);
    this.#ban = { fromDb: gainDb, untilLook: this.#looks + looks, looks };
  }
}

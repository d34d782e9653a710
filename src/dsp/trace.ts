/** Chips of a trace that are kept in detail, 31 ms; what comes later only makes it longer. */
export const TRACK_CHIPS = 1024;
/** Room for so many at first: most traces are short. */
const FIRST_CHIPS = 64;
/** From so many chips on, a trace can prove to be steady. */
const STEADY_CHIPS = 64;
/** Width up to which it is then, bins of the chip rate. */
const STEADY_REACH = 3;

/** What stood out of the noise in one chip and one piece of the band; bins in order of frequency. */
export interface Blob {
  /** First and last bin. */
  readonly low: number;
  readonly high: number;
  /** Bin of the greatest power. */
  readonly peak: number;
  /** Centre of gravity. */
  readonly centre: number;
  /** Bins with at least a tenth of the greatest power. */
  readonly width: number;
  /** Power above noise, whitened, of all its bins. */
  readonly power: number;
}

/** Energy that hangs together in time and frequency, chip by chip. */
export class Trace {
  firstChip = 0;
  lastChip = 0;
  /** Lowest and highest peak so far. */
  low = 0;
  high = 0;
  peakPower = 0;
  /** Chips kept in detail; the first `length` of each array. */
  length = 0;
  chip = new Int32Array(FIRST_CHIPS);
  centre = new Float32Array(FIRST_CHIPS);
  width = new Float32Array(FIRST_CHIPS);
  power = new Float32Array(FIRST_CHIPS);

  /** Begins anew, with the room that it has. */
  begin(chip: number, blob: Blob): void {
    this.firstChip = chip;
    this.low = blob.peak;
    this.high = blob.peak;
    this.peakPower = 0;
    this.length = 0;
    this.add(chip, blob);
  }

  /** @param chip not before the last one; the blobs of one chip are taken together */
  add(chip: number, blob: Blob): void {
    this.low = Math.min(this.low, blob.peak);
    this.high = Math.max(this.high, blob.peak);
    if (this.length > 0 && this.chip[this.length - 1] === chip) this.#join(this.length - 1, blob);
    else if (this.length < TRACK_CHIPS) this.#append(chip, blob);
    this.lastChip = chip;
  }

  /** Bins from its hull within which more of it is looked for: one where it has stood still for long. */
  reach(wide: number): number {
    const steady =
      this.length >= STEADY_CHIPS &&
      this.high - this.low <= STEADY_REACH &&
      this.length > 0.9 * (this.chip[this.length - 1] - this.firstChip + 1);
    return steady ? 1 : wide;
  }

  #append(chip: number, { centre, width, power }: Blob): void {
    if (this.length === this.chip.length) this.#grow();
    const i = this.length++;
    this.chip[i] = chip;
    this.centre[i] = centre;
    this.width[i] = width;
    this.power[i] = power;
    this.peakPower = Math.max(this.peakPower, power);
  }

  #grow(): void {
    const length = 2 * this.chip.length;
    this.chip = copied(new Int32Array(length), this.chip);
    this.centre = copied(new Float32Array(length), this.centre);
    this.width = copied(new Float32Array(length), this.width);
    this.power = copied(new Float32Array(length), this.power);
  }

  #join(i: number, { centre, width, power }: Blob): void {
    const total = this.power[i] + power;
    const apart = Math.abs(centre - this.centre[i]);
    this.centre[i] += ((centre - this.centre[i]) * power) / total;
    this.width[i] = apart + (this.width[i] + width) / 2;
    this.power[i] = total;
    this.peakPower = Math.max(this.peakPower, total);
  }
}

function copied<T extends Int32Array | Float32Array>(to: T, from: T): T {
  to.set(from);
  return to;
}

/**
 * The line code of R900's payload: a base-6 digit is four chips, two of them on.
 *
 *   0  0011 ▁▁██     1  0101 ▁█▁█     2  0110 ▁██▁
 *   3  1100 ██▁▁     4  1010 █▁█▁     5  1001 █▁▁█
 *
 * Manchester keeps one of two chips on and carries one bit in two; this carries 2.58 bits in four.
 * Source: rtlamr `r900`, rtl_433 `neptune_r900.c`.
 */
export const DIGIT_CHIPS: readonly string[] = ['0011', '0101', '0110', '1100', '1010', '1001'];
export const CHIPS_OF_A_DIGIT = 4;
export const DIGITS = DIGIT_CHIPS.length;

/** The two chips that are on, for each digit. */
const FIRST_ON = DIGIT_CHIPS.map((chips) => chips.indexOf('1'));
const LAST_ON = DIGIT_CHIPS.map((chips) => chips.lastIndexOf('1'));

/** No chip may outvote many; see `bounded` in dsp/likelihood.ts. */
const MOST_NATS = 20;

/** What a chip says, as far as it is believed; what is not a number is as good as off. */
function believed(nats: number): number {
  if (nats > MOST_NATS) return MOST_NATS;
  return nats >= -MOST_NATS ? nats : -MOST_NATS;
}

/** Writes the chips of a digit: 0 or 1 each. */
export function writeDigit(chips: Uint8Array, from: number, digit: number): void {
  for (let c = 0; c < CHIPS_OF_A_DIGIT; c++) chips[from + c] = DIGIT_CHIPS[digit][c] === '1' ? 1 : 0;
}

/** The digit that four chips make, or −1 where not exactly two are on. */
export function readDigit(chips: Uint8Array, from: number): number {
  return DIGIT_CHIPS.indexOf(chips.subarray(from, from + CHIPS_OF_A_DIGIT).join(''));
}

/**
 * Log-likelihood of each digit against four chips of noise alone, nats.
 * @param soft log-likelihood ratios of chips, positive = on
 * @param out  float64; the six values are written from `at` on
 */
export function digitLikelihoods(soft: Float32Array, from: number, out: Float64Array, at: number): void {
  for (let d = 0; d < DIGITS; d++) {
    out[at + d] = believed(soft[from + FIRST_ON[d]]) + believed(soft[from + LAST_ON[d]]);
  }
}

const six = new Float64Array(DIGITS);

/**
 * Nats by which the chips speak against being exactly these digits, given that they are digits: Σ −ln P(digit).
 * @param chips as sent, 0 or 1
 */
export function digitDoubt(soft: Float32Array, chips: Uint8Array, from: number, to: number): number {
  let doubt = 0;
  for (let chip = from; chip < to; chip += CHIPS_OF_A_DIGIT) {
    digitLikelihoods(soft, chip, six, 0);
    doubt += logSum(six) - six[readDigit(chips, chip)];
  }
  return doubt;
}

/** As {@link digitDoubt}, of the likeliest digits: no others have less. */
export function leastDigitDoubt(soft: Float32Array, from: number, to: number): number {
  let doubt = 0;
  for (let chip = from; chip < to; chip += CHIPS_OF_A_DIGIT) {
    digitLikelihoods(soft, chip, six, 0);
    doubt += logSum(six) - greatest(six);
  }
  return doubt;
}

/** ln Σ e^value */
function logSum(values: Float64Array): number {
  const most = greatest(values);
  let sum = 0;
  for (const value of values) sum += Math.exp(value - most);
  return most + Math.log(sum);
}

function greatest(values: Float64Array): number {
  let most = values[0];
  for (const value of values) if (value > most) most = value;
  return most;
}

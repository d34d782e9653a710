import type { ForeignSignal } from '../src/synth/foreign.js';
import type { Random } from '../src/synth/random.js';
import { CHIP_RATE_HZ } from '../src/synth/transmitter.js';
import type { Sound } from './fast-air.js';

/** A stretch in which a signal is on or off and its frequency a straight line. */
interface Run {
  /** In samples of the signal; need not be whole ones. */
  readonly begin: number;
  readonly end: number;
  readonly on: boolean;
  /** From the carrier, Hz: at its begin, and the change from sample to sample. */
  readonly offsetHz: number;
  readonly slopeHz: number;
}

/**
 * The signals of `addForeign`, run by run instead of sample by sample: the same random numbers make the same signal,
 * but for rounding, at a tenth of the time. What they are is told there.
 */
export class ForeignSound implements Sound {
  readonly from: number;
  readonly end: number;
  readonly #signal: ForeignSignal;
  readonly #runs: Iterator<Run, never>;
  #run: Run = { begin: 0, end: 0, on: false, offsetHz: 0, slopeHz: 0 };
  #sample = 0;
  #phase: number;

  /** @param random its own: it is asked as long as the signal sounds */
  constructor(signal: ForeignSignal, random: Random, from: number, samples: number) {
    this.from = from;
    this.end = from + samples;
    this.#signal = signal;
    this.#runs = RUNS[signal.kind](random, signal.sampleRateHz);
    this.#phase = random.uniform(0, 2 * Math.PI);
  }

  add(out: Float32Array): void {
    for (let done = 0; 2 * done < out.length; ) {
      while (this.#sample >= this.#run.end) this.#run = this.#runs.next().value;
      const count = Math.min(Math.ceil(this.#run.end) - this.#sample, out.length / 2 - done);
      this.#addRun(out.subarray(2 * done, 2 * (done + count)), count);
      this.#sample += count;
      done += count;
    }
  }

  #addRun(out: Float32Array, count: number): void {
    const { sampleRateHz, carrierHz, amplitude } = this.#signal;
    const { begin, on, offsetHz, slopeHz } = this.#run;
    const radPerHz = (2 * Math.PI) / sampleRateHz;
    const step = radPerHz * (carrierHz + offsetHz + slopeHz * (this.#sample - begin));
    const bend = radPerHz * slopeHz;
    if (on) addOscillation(out, amplitude, this.#phase, step, bend);
    this.#phase += step * count + (bend * count * (count - 1)) / 2;
  }
}

/** @param step rad from the first sample to the second; `bend` is its change from sample to sample */
function addOscillation(
  out: Float32Array,
  amplitude: number,
  phase: number,
  step: number,
  bend: number,
): void {
  let [re, im] = [amplitude * Math.cos(phase), amplitude * Math.sin(phase)];
  let [stepRe, stepIm] = [Math.cos(step), Math.sin(step)];
  const [bendRe, bendIm] = [Math.cos(bend), Math.sin(bend)];
  for (let i = 0; i < out.length; i += 2) {
    out[i] += re;
    out[i + 1] += im;
    const nextRe = re * stepRe - im * stepIm;
    im = re * stepIm + im * stepRe;
    re = nextRe;
    const nextStepRe = stepRe * bendRe - stepIm * bendIm;
    stepIm = stepRe * bendIm + stepIm * bendRe;
    stepRe = nextStepRe;
  }
}

/** Chance decides what a signal is before its first run is asked for, and each symbol when it is asked for. */
type Runs = (random: Random, rateHz: number) => Iterator<Run, never>;

const RUNS: Readonly<Record<ForeignSignal['kind'], Runs>> = {
  fsk(random, rateHz) {
    const bitsHz = random.uniform(10e3, 100e3);
    const deviationHz = bitsHz * random.uniform(0.25, 1);
    return cycles(rateHz / bitsHz, (begin, end) => [
      { ...tone(begin, end), offsetHz: random.below(2) === 1 ? deviationHz : -deviationHz },
    ]);
  },
  chirp(random, rateHz) {
    const widthHz = [125e3, 250e3, 500e3][random.below(3)];
    const length = (rateHz * 2 ** (7 + random.below(6))) / widthHz;
    const slopeHz = widthHz / length;
    return cycles(length, (begin, end) => {
      // A sweep begins where its symbol says, and goes on at the lowest frequency after the highest.
      const place = 0.37 * random.below(2);
      const turn = end - place * length;
      return [
        { ...tone(begin, turn), offsetHz: widthHz * (place - 0.5), slopeHz },
        { ...tone(turn, end), offsetHz: -widthHz / 2, slopeHz },
      ];
    });
  },
  ook(random, rateHz) {
    const bitsHz = random.below(2) === 0 ? CHIP_RATE_HZ : random.uniform(1e3, 100e3);
    return cycles(rateHz / bitsHz, (begin, end) => [tone(begin, end, random.below(2) === 1)]);
  },
  manchester(random, rateHz) {
    return cycles((2 * rateHz) / CHIP_RATE_HZ, (begin, end) => {
      const bit = random.below(2);
      const middle = (begin + end) / 2;
      return [tone(begin, middle, bit === 1), tone(middle, end, bit === 0)];
    });
  },
  pulses(random, rateHz) {
    const length = rateHz * 10 ** random.uniform(-5, -3);
    return cycles(length * random.uniform(1.5, 30), (begin, end) => [
      tone(begin, begin + length),
      tone(begin + length, end, false),
    ]);
  },
  carrier(random, rateHz) {
    const slopeHz = random.uniform(-20e3, 20e3) / rateHz;
    return cycles(FOR_EVER, (begin, end) => [{ ...tone(begin, end), slopeHz }]);
  },
};

/** Longer than anything sounds, samples. */
const FOR_EVER = 2 ** 40;

function tone(begin: number, end: number, on = true): Run {
  return { begin, end, on, offsetHz: 0, slopeHz: 0 };
}

/** Runs of equally long cycles. */
function* cycles(
  length: number,
  runsOf: (begin: number, end: number) => readonly Run[],
): Generator<Run, never> {
  for (let i = 0; ; i++) yield* runsOf(i * length, (i + 1) * length);
}

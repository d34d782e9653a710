import type { Sound } from './fast-air.js';
import type { ForeignSignal } from './foreign.js';
import type { Random } from './random.js';
import { CHIP_RATE_HZ } from './transmitter.js';

/**
 * Samples that are added at once at most. Short and long runs go the same way so: a loop that runs for long when it is
 * first met is compiled in the middle of its run, and its next calls are not.
 */
const MOST_SAMPLES = 512;

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
  readonly #cycle: Cycle;
  #cycles = 0;
  /** Runs of the present cycle, and which of them is the present one. */
  #runs: readonly Run[] = [];
  #index = 0;
  #sample = 0;
  #phase: number;

  /** @param random its own: it is asked as long as the signal sounds */
  constructor(signal: ForeignSignal, random: Random, from: number, samples: number) {
    this.from = from;
    this.end = from + samples;
    this.#signal = signal;
    this.#cycle = CYCLES[signal.kind](random, signal.sampleRateHz);
    this.#phase = random.uniform(0, 2 * Math.PI);
  }

  add(out: Float32Array): void {
    const samples = out.length / 2;
    for (let done = 0; done < samples; ) {
      const run = this.#present();
      const count = Math.min(Math.ceil(run.end) - this.#sample, samples - done, MOST_SAMPLES);
      this.#addRun(run, out, done, count);
      done += count;
    }
  }

  /** Goes on without being heard: a radio that is tuned here late hears the rest. */
  skip(samples: number): void {
    for (let done = 0; done < samples; ) {
      const run = this.#present();
      const count = Math.min(Math.ceil(run.end) - this.#sample, samples - done);
      this.#pass(run, count);
      done += count;
    }
  }

  /** The run that the next sample is of. */
  #present(): Run {
    for (;;) {
      for (; this.#index < this.#runs.length; this.#index++) {
        if (this.#sample < this.#runs[this.#index].end) return this.#runs[this.#index];
      }
      const { length, runs } = this.#cycle;
      this.#runs = runs(this.#cycles * length, (this.#cycles + 1) * length);
      this.#index = 0;
      this.#cycles++;
    }
  }

  #addRun(run: Run, out: Float32Array, at: number, count: number): void {
    const { step, bend } = this.#turning(run);
    const { amplitude } = this.#signal;
    if (run.on) addOscillation(out, 2 * at, 2 * (at + count), amplitude, this.#phase, step, bend);
    this.#pass(run, count);
  }

  #pass(run: Run, count: number): void {
    const { step, bend } = this.#turning(run);
    this.#phase += step * count + (bend * count * (count - 1)) / 2;
    this.#sample += count;
  }

  /** By how much the phase turns to the next sample, rad, and the change of that from sample to sample. */
  #turning({ begin, offsetHz, slopeHz }: Run): { readonly step: number; readonly bend: number } {
    const { sampleRateHz, carrierHz } = this.#signal;
    const radPerHz = (2 * Math.PI) / sampleRateHz;
    const step = radPerHz * (carrierHz + offsetHz + slopeHz * (this.#sample - begin));
    return { step, bend: radPerHz * slopeHz };
  }
}

/**
 * Adds to the numbers of `out` from `first` to before `end`.
 * @param step rad from the first sample to the second; `bend` is its change from sample to sample
 */
function addOscillation(
  out: Float32Array,
  first: number,
  end: number,
  amplitude: number,
  phase: number,
  step: number,
  bend: number,
): void {
  let [re, im] = [amplitude * Math.cos(phase), amplitude * Math.sin(phase)];
  let [stepRe, stepIm] = [Math.cos(step), Math.sin(step)];
  const [bendRe, bendIm] = [Math.cos(bend), Math.sin(bend)];
  for (let i = first; i < end; i += 2) {
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

/** What a signal does again and again: runs from the begin of a cycle to its end, samples. */
interface Cycle {
  readonly length: number;
  runs(begin: number, end: number): readonly Run[];
}

/** Chance decides at once what a signal is, and each of its symbols when its runs are asked for. */
type CycleOf = (random: Random, rateHz: number) => Cycle;

const CYCLES: Readonly<Record<ForeignSignal['kind'], CycleOf>> = {
  fsk(random, rateHz) {
    const bitsHz = random.uniform(10e3, 100e3);
    const deviationHz = bitsHz * random.uniform(0.25, 1);
    const runs: Cycle['runs'] = (begin, end) => [
      tone(begin, end, true, random.below(2) === 1 ? deviationHz : -deviationHz),
    ];
    return { length: rateHz / bitsHz, runs };
  },
  chirp(random, rateHz) {
    const widthHz = [125e3, 250e3, 500e3][random.below(3)];
    const length = (rateHz * 2 ** (7 + random.below(6))) / widthHz;
    const slopeHz = widthHz / length;
    const runs: Cycle['runs'] = (begin, end) => {
      // A sweep begins where its symbol says, and goes on at the lowest frequency after the highest.
      const place = 0.37 * random.below(2);
      const turn = end - place * length;
      return [
        tone(begin, turn, true, widthHz * (place - 0.5), slopeHz),
        tone(turn, end, true, -widthHz / 2, slopeHz),
      ];
    };
    return { length, runs };
  },
  ook(random, rateHz) {
    const bitsHz = random.below(2) === 0 ? CHIP_RATE_HZ : random.uniform(1e3, 100e3);
    const runs: Cycle['runs'] = (begin, end) => [tone(begin, end, random.below(2) === 1)];
    return { length: rateHz / bitsHz, runs };
  },
  manchester(random, rateHz) {
    const runs: Cycle['runs'] = (begin, end) => {
      const bit = random.below(2);
      const middle = (begin + end) / 2;
      return [tone(begin, middle, bit === 1), tone(middle, end, bit === 0)];
    };
    return { length: (2 * rateHz) / CHIP_RATE_HZ, runs };
  },
  pulses(random, rateHz) {
    const on = rateHz * 10 ** random.uniform(-5, -3);
    const runs: Cycle['runs'] = (begin, end) => [tone(begin, begin + on), tone(begin + on, end, false)];
    return { length: on * random.uniform(1.5, 30), runs };
  },
  carrier(random, rateHz) {
    const slopeHz = random.uniform(-20e3, 20e3) / rateHz;
    return { length: FOR_EVER, runs: (begin, end) => [tone(begin, end, true, 0, slopeHz)] };
  },
};

/** Longer than anything sounds, samples. */
const FOR_EVER = 2 ** 40;

function tone(begin: number, end: number, on = true, offsetHz = 0, slopeHz = 0): Run {
  return { begin, end, on, offsetHz, slopeHz };
}

import type { Burst } from './burst.js';
import type { ChipGrid } from './chip-grid.js';
import {
  CARRIERS,
  CARRIERS_BESIDE,
  offsetHz,
  SLOTS,
  SPACING_HZ,
  STEPS_PER_CHIP,
  slotOf,
} from './chip-raster.js';
import { PhaseTracker } from './coherent.js';
import type { SyncPattern } from './detector.js';
import { background, onEnergy, peak } from './eye.js';
import { CHIP_RATE_HZ, type Geometry } from './geometry.js';
import { bestKernel } from './kernel.js';
import type { KernelName } from './kernel-loops.js';
import {
  carrierShares,
  keyingEvidence,
  manchesterEvidence,
  narrowLikelihood,
  undoubtedEvidence,
} from './likelihood.js';
import { type Coarse, START_SPACING, type Target, Tuner } from './tuner.js';

/**
 * Standard deviations of the carriers of one packet's chips that are tried for a free-running transmitter, Hz,
 * each with the energies tried relative to a first estimate; none: the best one so far.
 */
const SPREADS: readonly (readonly [number, readonly number[]])[] = [
  [18e3, [0.7, 1, 1.4]],
  [8e3, []],
];
/** Parameters fitted by the coherent judgement (phase, frequency, bend) cost this much evidence, nats. */
const COHERENT_COST = 8;

/** So do those of the wide one (middle, spread, strength); strong packets saturate all three. */
const WIDE_COST = 6;
/** Evidence that lacks less than this of what it can be at most leaves nothing to gain, nats. */
const NO_DOUBT = 1e-6;
/** Energy of on-chips from which one carrier, where it is one, leaves hardly a symbol in doubt. */
const STRONG_GAMMA = 40;
/** Evidence by which the coherent judgement must beat the narrow one to need no wide one, nats. */
const COHERENT_PROOF = 30;

const OFFSETS_HZ = Array.from({ length: CARRIERS }, (_, carrier) => offsetHz(carrier));
const SLOT_OF = OFFSETS_HZ.map((_, carrier) => slotOf(carrier));
/** From one chip's energies in a raster to the next one's. */
const CHIP_SLOTS = STEPS_PER_CHIP * SLOTS;

/** What a judgement of the chips came to. */
interface Judgement {
  readonly on: Float64Array;
  gamma: number;
  /** Energy of an off-chip, in units of the noise floor; at least 1. */
  background: number;
  carrierHz: number;
  start: number;
  evidence: number;
  keying: number;
}

/**
 * Tunes to one candidate and turns it into soft symbols: start to a fraction of a chip, carrier, and then the
 * likelihood of every chip under three models of the transmitter. The best supported one is kept.
 */
export class Demodulator {
  readonly #geometry: Geometry;
  readonly #patterns: readonly SyncPattern[];
  readonly #tuner: Tuner;
  readonly #trackers: readonly PhaseTracker[];
  readonly #energy: Float64Array;
  readonly #real: Float64Array;
  readonly #imaginary: Float64Array;
  readonly #work: Float64Array;
  readonly #narrow: Judgement;
  readonly #wide: Judgement;
  readonly #coherent: Judgement;

  /** @param kernel which loops to use; by default the fastest that this machine has */
  constructor(geometry: Geometry, patterns: readonly SyncPattern[], kernel: KernelName = bestKernel()) {
    const symbols = Math.max(...patterns.map((pattern) => pattern.lengthSymbols));
    this.#geometry = geometry;
    this.#patterns = patterns;
    this.#tuner = new Tuner(geometry, patterns, kernel);
    this.#trackers = patterns.map(
      ({ lengthSymbols }, sync) => new PhaseTracker(this.#tuner.signs[sync], lengthSymbols),
    );
    this.#energy = new Float64Array(2 * symbols);
    this.#real = new Float64Array(2 * symbols);
    this.#imaginary = new Float64Array(2 * symbols);
    this.#work = new Float64Array(2 * symbols);
    this.#narrow = judgement(symbols);
    this.#wide = judgement(symbols);
    this.#coherent = judgement(symbols);
  }

  /** Samples needed before the start of a packet and after its end. */
  get margin(): number {
    return this.#tuner.margin;
  }

  /**
   * @param iq complex baseband, float32, interleaved I,Q; must hold `margin` samples on either side of the packet
   * @param firstSample place in the stream of the samples' index 0
   */
  demodulate(iq: Float32Array, candidate: Target, firstSample: number): Burst;
  /**
   * @param isTaken whether another packet has a carrier, far from where the candidate was thought to be
   * @returns null where the candidate turns out to lie on such a carrier
   */
  demodulate(
    iq: Float32Array,
    candidate: Target,
    firstSample: number,
    isTaken: (carrierHz: number) => boolean,
  ): Burst | null;
  demodulate(
    iq: Float32Array,
    candidate: Target,
    firstSample: number,
    isTaken: (carrierHz: number) => boolean = () => false,
  ): Burst | null {
    const tuned = this.#tuner.tune(iq, candidate, isTaken);
    if (tuned === null) return null;
    const { target, grid, coarse } = tuned;
    const { lengthSymbols } = this.#patterns[target.sync];
    this.#judgeNarrow(grid, target.sync, coarse);
    this.#judgeFurther(grid, target.sync, coarse);
    return this.#burst(target, firstSample, lengthSymbols);
  }

  /** Asks the other two models where they could do better than the narrow one. */
  #judgeFurther(grid: ChipGrid, sync: number, coarse: Coarse): void {
    const [narrow, coherent, wide] = [this.#narrow, this.#coherent, this.#wide];
    coherent.evidence = Number.NEGATIVE_INFINITY;
    wide.evidence = Number.NEGATIVE_INFINITY;
    // Where no symbol is in doubt no other model can have as much more evidence as it costs.
    const undoubted = undoubtedEvidence(grid.symbols, this.#patterns[sync].sync.length);
    if (narrow.evidence >= undoubted - WIDE_COST) return;
    // Strong and not narrow: most likely it is wide, and that leaves no doubt.
    const isStrong = narrow.gamma > STRONG_GAMMA;
    if (isStrong) {
      this.#judgeWide(grid, sync, coarse, undoubted);
      if (wide.evidence >= undoubted - WIDE_COST) return;
    }
    this.#judgeCoherent(grid, sync);
    // A phase that goes on through the packet is proof of one carrier; spare the search for many.
    if (coherent.evidence >= narrow.evidence + COHERENT_PROOF) wide.evidence = Number.NEGATIVE_INFINITY;
    else if (!isStrong) this.#judgeWide(grid, sync, coarse, undoubted);
  }

  #burst(target: Target, firstSample: number, symbols: number): Burst {
    const { samplesPerChip } = this.#geometry;
    let best = this.#narrow;
    if (this.#wide.evidence - WIDE_COST > best.evidence) best = this.#wide;
    if (this.#coherent.evidence - COHERENT_COST > best.evidence) best = this.#coherent;
    const soft = new Float32Array(symbols);
    for (let i = 0; i < symbols; i++) soft[i] = best.on[2 * i] - best.on[2 * i + 1];
    return {
      sync: target.sync,
      soft,
      firstSample: firstSample + Math.round(best.start),
      lengthSamples: Math.round(2 * symbols * samplesPerChip),
      carrierHz: target.carrierHz + best.carrierHz,
      bandwidthHz:
        best === this.#wide ? 2 * CARRIERS_BESIDE * SPACING_HZ : this.#geometry.sampleRateHz / samplesPerChip,
      snrDb: 10 * Math.log10(best.gamma * best.background),
      noiseDbfs: 10 * Math.log10(target.noisePower / samplesPerChip),
      demodulation: best === this.#coherent ? 'coherent' : best === this.#wide ? 'wide' : 'narrow',
      evidence: best === this.#coherent ? best.evidence - COHERENT_COST : best.evidence,
      keyingEvidence: best.keying,
    };
  }

  /** One carrier for the whole packet: start and carrier refined, then the likelihoods there. */
  #judgeNarrow(grid: ChipGrid, sync: number, coarse: Coarse): void {
    const signs = this.#tuner.signs[sync];
    const { symbols } = grid;
    const chips = 2 * symbols;
    const { carrier, start, step } = this.#refine(grid, sync, coarse);
    const out = this.#narrow;
    out.carrierHz = offsetHz(carrier) + SPACING_HZ * step;
    out.start = grid.start + start * grid.samplesPerChip;
    const [real, imaginary, energy] = [this.#real, this.#imaginary, this.#energy];
    this.#tuner.bank.amplitudes(carrier, grid.at(start), grid.chip, chips, grid.scale, real, imaginary);
    for (let c = 0; c < chips; c++) energy[c] = real[c] * real[c] + imaginary[c] * imaginary[c];
    out.background = background(energy, symbols);
    const amplitudeGain = 1 / Math.sqrt(out.background);
    const energyGain = 1 / out.background;
    for (let c = 0; c < chips; c++) {
      real[c] *= amplitudeGain;
      imaginary[c] *= amplitudeGain;
      energy[c] *= energyGain;
    }
    out.gamma = onEnergy(energy, signs, symbols, this.#work);
    narrowLikelihood(energy, chips, out.gamma, out.on);
    out.evidence = manchesterEvidence(out.on, signs, symbols);
    out.keying = keyingEvidence(out.on, chips);
  }

  /** The carrier tried whose eye is open widest, the start to a fraction of a chip, and how far off the carrier is. */
  #refine(grid: ChipGrid, sync: number, coarse: Coarse): { carrier: number; start: number; step: number } {
    const half = START_SPACING / 2;
    const opening = (carrier: number, start: number): number => {
      const inside = Math.max(0, Math.min(CARRIERS - 1, carrier));
      return this.#tuner.opening(grid, sync, inside, start);
    };
    let carrier = coarse.carrier;
    let here = opening(carrier, coarse.start);
    const below = opening(carrier - 1, coarse.start);
    const above = opening(carrier + 1, coarse.start);
    if (Math.max(below, above) > here) {
      carrier = Math.max(0, Math.min(CARRIERS - 1, below > above ? carrier - 1 : carrier + 1));
      here = Math.max(below, above);
    }
    let start =
      coarse.start +
      half * peak(opening(carrier, coarse.start - half), here, opening(carrier, coarse.start + half));
    here = opening(carrier, start);
    const shift = peak(opening(carrier, start - half / 2), here, opening(carrier, start + half / 2));
    if (shift !== 0) {
      start += (half / 2) * shift;
      here = opening(carrier, start);
    }
    const step = peak(opening(carrier - 1, start), here, opening(carrier + 1, start));
    return { carrier, start, step };
  }

  #judgeCoherent(grid: ChipGrid, sync: number): void {
    const out = this.#coherent;
    out.gamma = this.#narrow.gamma;
    out.background = this.#narrow.background;
    out.start = this.#narrow.start;
    out.carrierHz = this.#narrow.carrierHz;
    this.#trackers[sync].judge(this.#real, this.#imaginary, out.gamma, out.on);
    out.evidence = manchesterEvidence(out.on, this.#tuner.signs[sync], grid.symbols);
    out.keying = keyingEvidence(out.on, 2 * grid.symbols);
  }

  /** A carrier of its own for every chip, scattered around a common middle. */
  #judgeWide(grid: ChipGrid, sync: number, coarse: Coarse, undoubted: number): void {
    const signs = this.#tuner.signs[sync];
    const { symbols } = grid;
    const chips = 2 * symbols;
    this.#tuner.fillOddCarriers(grid);
    const { total, middleHz } = this.#syncEnergy(signs, coarse.wideStep);
    const out = this.#wide;
    out.background = this.#meanBackground(symbols, coarse.wideStep);
    // Every carrier offset within a chip rate sees the same energy once.
    const gamma = Math.max(1, (total / out.background / signs.length) * (SPACING_HZ / CHIP_RATE_HZ));
    out.carrierHz = middleHz;
    out.start = grid.start + coarse.wideStart * grid.samplesPerChip;
    let factor = 1;
    for (const [spreadHz, factors] of SPREADS) {
      const carriers = carrierShares(OFFSETS_HZ, middleHz, spreadHz);
      for (const share of carriers) share.index = SLOT_OF[share.index];
      for (const tried of factors.length > 0 ? factors : [factor]) {
        const { raster } = this.#tuner;
        raster.wideLikelihood(coarse.wideStep, carriers, chips, gamma * tried, out.background, this.#work);
        const evidence = manchesterEvidence(this.#work, signs, symbols);
        // Evidence has one maximum: where more energy does worse, still more does no better.
        if (evidence <= out.evidence || out.evidence > undoubted - NO_DOUBT) break;
        factor = tried;
        out.evidence = evidence;
        out.gamma = gamma * tried;
        out.on.set(this.#work);
      }
      if (out.evidence > undoubted - NO_DOUBT) break;
    }
    out.keying = keyingEvidence(out.on, chips);
  }

  /** Openings of the sync word's eyes at all carriers: their sum and their middle, Hz. */
  #syncEnergy(signs: Float64Array, step: number): { total: number; middleHz: number } {
    const { energy } = this.#tuner.raster;
    let middle = 0;
    let total = 0;
    for (let carrier = 0; carrier < CARRIERS; carrier++) {
      let opening = 0;
      let first = step * SLOTS + SLOT_OF[carrier];
      for (let i = 0; i < signs.length; i++, first += 2 * CHIP_SLOTS) {
        opening += signs[i] * (energy[first] - energy[first + CHIP_SLOTS]);
      }
      if (opening <= 0) continue;
      total += opening;
      middle += opening * offsetHz(carrier);
    }
    return { total, middleHz: middle / (total || 1) };
  }

  /** Energy of off-chips at all carriers on average; at least that of noise. */
  #meanBackground(symbols: number, step: number): number {
    const { energy } = this.#tuner.raster;
    const mean = this.#energy;
    for (let c = 0, row = step * SLOTS; c < 2 * symbols; c++, row += CHIP_SLOTS) {
      let sum = 0;
      for (let slot = 0; slot < CARRIERS; slot++) sum += energy[row + slot];
      mean[c] = sum / CARRIERS;
    }
    return background(mean, symbols);
  }
}

function judgement(symbols: number): Judgement {
  return {
    on: new Float64Array(2 * symbols),
    gamma: 1,
    background: 1,
    carrierHz: 0,
    start: 0,
    evidence: 0,
    keying: 0,
  };
}

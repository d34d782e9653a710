import type { Burst } from './burst.js';
import type { ChipGrid } from './chip-grid.js';
import { PhaseTracker } from './coherent.js';
import type { SyncPattern } from './detector.js';
import { background, onEnergy, peak, syncOpening } from './eye.js';
import { CHIP_RATE_HZ, type Geometry } from './geometry.js';
import {
  carrierShares,
  keyingEvidence,
  manchesterEvidence,
  narrowLikelihood,
  wideLikelihood,
} from './likelihood.js';
import { type Coarse, REACH_HZ, SPACING_HZ, START_SPACING, type Target, Tuner } from './tuner.js';

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
/** Evidence by which the coherent judgement must beat the narrow one to need no wide one, nats. */
const COHERENT_PROOF = 30;

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
  readonly #energy: Float64Array[];
  readonly #work: Float64Array;
  readonly #total: Float64Array;
  readonly #real: Float64Array;
  readonly #imaginary: Float64Array;
  readonly #narrow: Judgement;
  readonly #wide: Judgement;
  readonly #coherent: Judgement;

  constructor(geometry: Geometry, patterns: readonly SyncPattern[]) {
    const symbols = Math.max(...patterns.map((pattern) => pattern.lengthSymbols));
    this.#geometry = geometry;
    this.#patterns = patterns;
    this.#tuner = new Tuner(geometry, patterns);
    this.#trackers = patterns.map((pattern) => new PhaseTracker(pattern.lengthSymbols));
    this.#energy = this.#tuner.bank.offsetsHz.map(() => new Float64Array(2 * symbols));
    this.#work = new Float64Array(2 * symbols);
    this.#total = new Float64Array(2 * symbols);
    this.#real = new Float64Array(2 * symbols);
    this.#imaginary = new Float64Array(2 * symbols);
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
  demodulate(iq: Float32Array, candidate: Target, firstSample: number): Burst {
    const { target, grid, coarse } = this.#tuner.tune(iq, candidate);
    const { lengthSymbols } = this.#patterns[target.sync];
    this.#judgeNarrow(grid, target.sync, coarse);
    this.#judgeCoherent(grid, target.sync);
    this.#wide.evidence = Number.NEGATIVE_INFINITY;
    // A phase that goes on through the packet is proof of one carrier; spare the search for many.
    if (this.#coherent.evidence < this.#narrow.evidence + COHERENT_PROOF) {
      this.#judgeWide(grid, target.sync, coarse);
    }
    return this.#burst(target, firstSample, lengthSymbols);
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
      bandwidthHz: best === this.#wide ? 2 * REACH_HZ : this.#geometry.sampleRateHz / samplesPerChip,
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
    const half = START_SPACING / 2;
    const opening = (offset: number, start: number): number => {
      const inside = Math.max(0, Math.min(this.#energy.length - 1, offset));
      return this.#tuner.opening(grid, sync, inside, start);
    };
    let h = coarse.offset;
    const below = opening(h - 1, coarse.start);
    const above = opening(h + 1, coarse.start);
    if (Math.max(below, above) > opening(h, coarse.start)) {
      h = Math.max(0, Math.min(this.#energy.length - 1, below > above ? h - 1 : h + 1));
    }
    let start =
      coarse.start +
      half * peak(opening(h, coarse.start - half), opening(h, coarse.start), opening(h, coarse.start + half));
    start =
      start +
      (half / 2) * peak(opening(h, start - half / 2), opening(h, start), opening(h, start + half / 2));
    const step = peak(opening(h - 1, start), opening(h, start), opening(h + 1, start));
    const out = this.#narrow;
    out.carrierHz = this.#tuner.bank.offsetsHz[h] + SPACING_HZ * step;
    out.start = grid.start + start * grid.samplesPerChip;
    this.#tuner.bank.amplitudes(h, grid.at(start), grid.chip, chips, grid.scale, this.#real, this.#imaginary);
    for (let c = 0; c < chips; c++) this.#work[c] = this.#real[c] ** 2 + this.#imaginary[c] ** 2;
    out.background = background(this.#work, symbols);
    for (let c = 0; c < chips; c++) {
      this.#real[c] /= Math.sqrt(out.background);
      this.#imaginary[c] /= Math.sqrt(out.background);
      this.#work[c] /= out.background;
    }
    out.gamma = onEnergy(this.#work, signs, symbols);
    narrowLikelihood(this.#work, chips, out.gamma, out.on);
    out.evidence = manchesterEvidence(out.on, signs, symbols);
    out.keying = keyingEvidence(out.on, chips);
  }

  #judgeCoherent(grid: ChipGrid, sync: number): void {
    const out = this.#coherent;
    out.gamma = this.#narrow.gamma;
    out.background = this.#narrow.background;
    out.start = this.#narrow.start;
    out.carrierHz = this.#narrow.carrierHz;
    this.#trackers[sync].judge(this.#real, this.#imaginary, this.#tuner.signs[sync], out.gamma, out.on);
    out.evidence = manchesterEvidence(out.on, this.#tuner.signs[sync], grid.symbols);
    out.keying = keyingEvidence(out.on, 2 * grid.symbols);
  }

  /** A carrier of its own for every chip, scattered around a common middle. */
  #judgeWide(grid: ChipGrid, sync: number, coarse: Coarse): void {
    const signs = this.#tuner.signs[sync];
    const { symbols } = grid;
    const chips = 2 * symbols;
    const offsets = this.#tuner.bank.offsetsHz;
    let middle = 0;
    let total = 0;
    for (let h = 0; h < offsets.length; h++) {
      this.#tuner.bank.energies(h, grid.at(coarse.wideStart), grid.chip, chips, grid.scale, this.#energy[h]);
      const opening = Math.max(0, syncOpening(this.#energy[h], signs));
      total += opening;
      middle += opening * offsets[h];
    }
    middle /= total || 1;
    const out = this.#wide;
    out.background = this.#scaleToBackground(symbols);
    // Every carrier offset within a chip rate sees the same energy once.
    const gamma = Math.max(1, (total / out.background / signs.length) * (SPACING_HZ / CHIP_RATE_HZ));
    out.carrierHz = middle;
    out.start = grid.start + coarse.wideStart * grid.samplesPerChip;
    for (const energy of this.#energy) for (let c = 0; c < chips; c++) energy[c] = Math.sqrt(energy[c]);
    let factor = 1;
    for (const [spreadHz, factors] of SPREADS) {
      const carriers = carrierShares(offsets, middle, spreadHz);
      for (const tried of factors.length > 0 ? factors : [factor]) {
        wideLikelihood(this.#energy, carriers, chips, gamma * tried, this.#work);
        const evidence = manchesterEvidence(this.#work, signs, symbols);
        if (evidence <= out.evidence) continue;
        factor = tried;
        out.evidence = evidence;
        out.gamma = gamma * tried;
        out.on.set(this.#work);
      }
    }
    out.keying = keyingEvidence(out.on, chips);
  }

  /** Brings the energies at all carriers to the background that they show on average; returns it. */
  #scaleToBackground(symbols: number): number {
    this.#total.fill(0);
    for (const energy of this.#energy) {
      for (let c = 0; c < 2 * symbols; c++) this.#total[c] += energy[c] / this.#energy.length;
    }
    const level = background(this.#total, symbols);
    for (const energy of this.#energy) for (let c = 0; c < 2 * symbols; c++) energy[c] /= level;
    return level;
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

import type { Burst } from './burst.js';
import type { ChipGrid } from './chip-grid.js';
import { CARRIERS, CARRIERS_BESIDE, offsetHz, SPACING_HZ } from './chip-raster.js';
import { PhaseTracker } from './coherent.js';
import type { SyncPattern } from './detector.js';
import type { Iq } from './downconverter.js';
import { background, onEnergy, peak } from './eye.js';
import type { Geometry } from './geometry.js';
import { emptyJudgement, type Judgement } from './judgement.js';
import { bestKernel } from './kernel.js';
import type { KernelName } from './kernel-loops.js';
import { keyingEvidence, narrowLikelihood, packetEvidence, undoubtedEvidence } from './likelihood.js';
import { LINE_CODES, type LineCode } from './line-code.js';
import { type Coarse, START_SPACING, type Target, Tuner } from './tuner.js';
import { WideJudge } from './wide-judge.js';

/** Parameters fitted by the coherent judgement (phase, frequency, bend) cost this much evidence, nats. */
const COHERENT_COST = 8;
/** So do those of the wide one (middle, spread, strength); strong packets saturate all three. */
const WIDE_COST = 6;
/** Energy of on-chips from which one carrier, where it is one, leaves hardly a symbol in doubt. */
const STRONG_GAMMA = 40;
/** Evidence by which the coherent judgement must beat the narrow one to need no wide one, nats. */
const COHERENT_PROOF = 30;

/**
 * Nats by which the sync word's chips may speak against it: more than three strong symbols that are the wrong way round
 * are a look-alike's, whatever the model. A carrier that is elsewhere leaves both chips of a symbol silent instead.
 */
const HOPELESS_NATS = 120;

/**
 * Tunes to one candidate and turns it into soft symbols: start to a fraction of a chip, carrier, and then the
 * likelihood of every chip under three models of the transmitter. The best supported one is kept.
 */
export class Demodulator {
  readonly #geometry: Geometry;
  readonly #patterns: readonly SyncPattern[];
  readonly #codes: readonly LineCode[];
  readonly #tuner: Tuner;
  readonly #trackers: readonly PhaseTracker[];
  readonly #wideJudge: WideJudge;
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
    this.#codes = patterns.map(({ lineCode = 'manchester' }) => LINE_CODES[lineCode]);
    this.#tuner = new Tuner(geometry, patterns, kernel);
    this.#trackers = patterns.map(
      ({ lengthSymbols }, sync) => new PhaseTracker(this.#tuner.signs[sync], lengthSymbols),
    );
    this.#wideJudge = new WideJudge(this.#tuner, symbols);
    this.#energy = new Float64Array(2 * symbols);
    this.#real = new Float64Array(2 * symbols);
    this.#imaginary = new Float64Array(2 * symbols);
    this.#work = new Float64Array(2 * symbols);
    this.#narrow = emptyJudgement(symbols);
    this.#wide = emptyJudgement(symbols);
    this.#coherent = emptyJudgement(symbols);
  }

  /** Samples needed before the start of a packet and after its end. */
  get margin(): number {
    return this.#tuner.margin;
  }

  /**
   * @param iq must hold `margin` samples on either side of the packet
   * @param firstSample place in the stream of the samples' index 0
   */
  demodulate(iq: Iq, candidate: Target, firstSample: number): Burst;
  /**
   * @param isTaken whether another packet has a carrier, far from where the candidate was thought to be
   * @returns null where the candidate turns out to lie on such a carrier
   */
  demodulate(
    iq: Iq,
    candidate: Target,
    firstSample: number,
    isTaken: (carrierHz: number) => boolean,
  ): Burst | null;
  demodulate(
    iq: Iq,
    candidate: Target,
    firstSample: number,
    isTaken: (carrierHz: number) => boolean = () => false,
  ): Burst | null {
    const tuned = this.#tuner.tune(iq, candidate, isTaken);
    if (tuned === null) return null;
    const { target, grid, coarse } = tuned;
    this.#judgeNarrow(grid, target.sync, coarse);
    this.#judgeFurther(grid, target.sync, coarse);
    return this.#burst(target, firstSample, this.#patterns[target.sync].lengthSymbols);
  }

  /** Asks the other two models where they could do better than the narrow one. */
  #judgeFurther(grid: ChipGrid, sync: number, coarse: Coarse): void {
    const [narrow, coherent, wide] = [this.#narrow, this.#coherent, this.#wide];
    coherent.evidence = Number.NEGATIVE_INFINITY;
    wide.evidence = Number.NEGATIVE_INFINITY;
    // Where no symbol is in doubt no other model can have as much more evidence as it costs.
    const undoubted = undoubtedEvidence(grid.symbols, this.#tuner.signs[sync].length, this.#codes[sync]);
    if (narrow.evidence >= undoubted - WIDE_COST) return;
    if (contradiction(narrow.on, this.#tuner.signs[sync]) > HOPELESS_NATS) return;
    // Strong and not narrow: most likely it is wide, and that leaves no doubt.
    const isStrong = narrow.gamma > STRONG_GAMMA;
    if (isStrong) {
      this.#wideJudge.judge(grid, sync, this.#codes[sync], coarse, undoubted, wide);
      if (wide.evidence >= undoubted - WIDE_COST) return;
    }
    // The tracker decides symbols of two chips.
    if (this.#codes[sync] === LINE_CODES.manchester) this.#judgeCoherent(grid, sync);
    // A phase that goes on through the packet is proof of one carrier; spare the search for many.
    if (coherent.evidence >= narrow.evidence + COHERENT_PROOF) wide.evidence = Number.NEGATIVE_INFINITY;
    else if (!isStrong) this.#wideJudge.judge(grid, sync, this.#codes[sync], coarse, undoubted, wide);
  }

  #burst(target: Target, firstSample: number, symbols: number): Burst {
    const { samplesPerChip } = this.#geometry;
    let best = this.#narrow;
    if (this.#wide.evidence - WIDE_COST > best.evidence) best = this.#wide;
    if (this.#coherent.evidence - COHERENT_COST > best.evidence) best = this.#coherent;
    const isManchester = this.#codes[target.sync] === LINE_CODES.manchester;
    const soft = new Float32Array(isManchester ? symbols : 2 * symbols);
    if (isManchester) for (let i = 0; i < symbols; i++) soft[i] = best.on[2 * i] - best.on[2 * i + 1];
    else soft.set(best.on.subarray(0, 2 * symbols));
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
    const code = this.#codes[sync];
    const { symbols } = grid;
    const chips = 2 * symbols;
    const { carrier, start, step } = this.#refine(grid, sync, coarse);
    const out = this.#narrow;
    out.carrierHz = offsetHz(carrier) + SPACING_HZ * step;
    out.start = grid.start + start * grid.samplesPerChip;
    const [real, imaginary, energy] = [this.#real, this.#imaginary, this.#energy];
    this.#tuner.bank.amplitudes(carrier, grid.at(start), grid.chip, chips, grid.scale, real, imaginary);
    for (let c = 0; c < chips; c++) energy[c] = real[c] * real[c] + imaginary[c] * imaginary[c];
    out.background = background(energy, signs.length, symbols, code);
    const amplitudeGain = 1 / Math.sqrt(out.background);
    const energyGain = 1 / out.background;
    for (let c = 0; c < chips; c++) {
      real[c] *= amplitudeGain;
      imaginary[c] *= amplitudeGain;
      energy[c] *= energyGain;
    }
    out.gamma = onEnergy(energy, signs, symbols, code, this.#work);
    narrowLikelihood(energy, chips, out.gamma, out.on);
    out.evidence = packetEvidence(out.on, signs, symbols, code);
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
    out.evidence = packetEvidence(out.on, this.#tuner.signs[sync], grid.symbols, this.#codes[sync]);
    out.keying = keyingEvidence(out.on, 2 * grid.symbols);
  }
}

/** Nats by which chips speak against a sync word: those of the symbols that look the wrong way round. */
function contradiction(on: Float64Array, sync: Float64Array): number {
  let nats = 0;
  for (let i = 0; i < sync.length; i++) nats += Math.max(0, -sync[i] * (on[2 * i] - on[2 * i + 1]));
  return nats;
}

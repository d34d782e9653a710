import type { Burst } from './burst.js';
import { ChipBank } from './chip-bank.js';
import { PhaseTracker } from './coherent.js';
import type { SyncPattern } from './detector.js';
import { Downconverter } from './downconverter.js';
import type { Geometry } from './geometry.js';
import { keyingEvidence, manchesterEvidence, narrowLikelihood, wideLikelihood } from './likelihood.js';

/** Carriers tried around a candidate, Hz: reach and spacing. */
const REACH_HZ = 64e3;
const SPACING_HZ = 8e3;
/** Chips of room before and after a packet for the search of its start. */
const ROOM_CHIPS = 1.5;
/** Starts tried, chips. */
const START_REACH = 0.5;
const START_SPACING = 0.125;
/** Standard deviations of the carriers of one packet's chips that are tried for a free-running transmitter. */
const SPREADS_HZ = [8e3, 18e3] as const;
/** Parameters fitted by the coherent judgement (phase, frequency, bend) cost this much evidence, nats. */
const COHERENT_COST = 8;

/** Where a packet seems to be, and in how much noise. */
export interface Target {
  readonly sync: number;
  /** Start of the first chip, as an index into the samples given. */
  readonly start: number;
  readonly carrierHz: number;
  /** Noise power of a sample, |x|². */
  readonly noisePower: number;
}

/** What a judgement of the chips came to. */
interface Judgement {
  readonly on: Float64Array;
  gamma: number;
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
  /** Samples needed before the start of a packet and after its end. */
  readonly margin: number;
  readonly #geometry: Geometry;
  readonly #patterns: readonly SyncPattern[];
  readonly #signs: readonly Float64Array[];
  readonly #down: Downconverter;
  readonly #bank: ChipBank;
  readonly #trackers: readonly PhaseTracker[];
  readonly #energy: Float64Array[];
  readonly #work: Float64Array;
  readonly #real: Float64Array;
  readonly #imaginary: Float64Array;
  readonly #narrow: Judgement;
  readonly #wide: Judgement;
  readonly #coherent: Judgement;

  constructor(geometry: Geometry, patterns: readonly SyncPattern[]) {
    const symbols = Math.max(...patterns.map((pattern) => pattern.lengthSymbols));
    const room = Math.ceil(ROOM_CHIPS * geometry.samplesPerChip);
    const longest = Math.ceil(2 * symbols * geometry.samplesPerChip);
    this.#geometry = geometry;
    this.#patterns = patterns;
    this.#signs = patterns.map((p) => Float64Array.from(p.symbols, (s) => (s === '1' ? 1 : -1)));
    this.#down = new Downconverter(geometry, longest + 2 * room + 2 * FILTER_ROOM(geometry));
    this.margin = room + this.#down.margin + 2;
    this.#bank = new ChipBank(this.#down, geometry.sampleRateHz, REACH_HZ, SPACING_HZ);
    this.#trackers = patterns.map((pattern) => new PhaseTracker(pattern.lengthSymbols));
    this.#energy = this.#bank.offsetsHz.map(() => new Float64Array(2 * symbols));
    this.#work = new Float64Array(2 * symbols);
    this.#real = new Float64Array(2 * symbols);
    this.#imaginary = new Float64Array(2 * symbols);
    this.#narrow = judgement(symbols);
    this.#wide = judgement(symbols);
    this.#coherent = judgement(symbols);
  }

  /**
   * @param iq complex baseband, float32, interleaved I,Q; must hold `margin` samples on either side of the packet
   * @param firstSample place in the stream of the samples' index 0
   */
  demodulate(iq: Float32Array, target: Target, firstSample: number): Burst {
    const { samplesPerChip } = this.#geometry;
    const symbols = this.#patterns[target.sync].lengthSymbols;
    const from = Math.floor(target.start) - this.margin;
    const count = Math.ceil(2 * symbols * samplesPerChip) + 2 * this.margin;
    this.#bank.load(this.#down.convert(iq, from, count, target.carrierHz));
    const place = new Place(target, from, this.#down, samplesPerChip, symbols);
    this.#judgeNarrow(place, target.sync);
    this.#judgeCoherent(place, target.sync);
    this.#judgeWide(place, target.sync);
    return this.#burst(target, firstSample, symbols);
  }

  #burst(target: Target, firstSample: number, symbols: number): Burst {
    const { samplesPerChip } = this.#geometry;
    let best = this.#narrow;
    if (this.#wide.evidence > best.evidence) best = this.#wide;
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
      snrDb: 10 * Math.log10(best.gamma),
      noiseDbfs: 10 * Math.log10(target.noisePower / samplesPerChip),
      demodulation: best === this.#coherent ? 'coherent' : best === this.#wide ? 'wide' : 'narrow',
      evidence: best === this.#coherent ? best.evidence - COHERENT_COST : best.evidence,
      keyingEvidence: Math.max(this.#narrow.keying, this.#wide.keying),
    };
  }

  /** One carrier for the whole packet: best start and offset by energy, then the likelihoods there. */
  #judgeNarrow(place: Place, sync: number): void {
    const signs = this.#signs[sync];
    const { symbols } = place;
    const chips = 2 * symbols;
    let bestScore = Number.NEGATIVE_INFINITY;
    let bestStart = 0;
    let bestOffset = 0;
    const middle = (this.#bank.offsetsHz.length - 1) / 2;
    for (let h = middle - 2; h <= middle + 2; h++) {
      for (let shift = -START_REACH; shift <= START_REACH; shift += START_SPACING) {
        this.#bank.energies(h, place.at(shift), place.chip, chips, place.scale, this.#work);
        const score = eyeOpening(this.#work, signs, symbols);
        if (score > bestScore) {
          bestScore = score;
          bestStart = shift;
          bestOffset = h;
        }
      }
    }
    const score = (h: number, shift: number): number => {
      this.#bank.energies(h, place.at(shift), place.chip, chips, place.scale, this.#work);
      return eyeOpening(this.#work, signs, symbols);
    };
    const startStep = peak(
      score(bestOffset, bestStart - START_SPACING),
      bestScore,
      score(bestOffset, bestStart + START_SPACING),
    );
    const start = bestStart + START_SPACING * startStep;
    const carrierStep = peak(
      score(bestOffset - 1, bestStart),
      bestScore,
      score(bestOffset + 1, bestStart),
    );
    const out = this.#narrow;
    out.carrierHz = this.#bank.offsetsHz[bestOffset] + SPACING_HZ * carrierStep;
    out.start = place.start + start * place.samplesPerChip;
    this.#bank.energies(bestOffset, place.at(start), place.chip, chips, place.scale, this.#work);
    this.#bank.amplitudes(
      bestOffset,
      place.at(start),
      place.chip,
      chips,
      place.scale,
      this.#real,
      this.#imaginary,
    );
    out.gamma = onEnergy(this.#work, signs, symbols);
    narrowLikelihood(this.#work, chips, out.gamma, out.on);
    out.evidence = manchesterEvidence(out.on, signs, symbols);
    out.keying = keyingEvidence(out.on, chips);
  }

  #judgeCoherent(place: Place, sync: number): void {
    const out = this.#coherent;
    out.gamma = this.#narrow.gamma;
    out.start = this.#narrow.start;
    out.carrierHz = this.#narrow.carrierHz;
    this.#trackers[sync].judge(this.#real, this.#imaginary, this.#signs[sync], out.gamma, out.on);
    out.evidence = manchesterEvidence(out.on, this.#signs[sync], place.symbols);
  }

  /** A carrier of its own for every chip, scattered around a common middle. */
  #judgeWide(place: Place, sync: number): void {
    const signs = this.#signs[sync];
    const { symbols } = place;
    const chips = 2 * symbols;
    const offsets = this.#bank.offsetsHz;
    let bestScore = Number.NEGATIVE_INFINITY;
    let bestShift = 0;
    for (let shift = -START_REACH; shift <= START_REACH; shift += START_SPACING) {
      this.#work.fill(0);
      for (let h = 0; h < offsets.length; h += 2) {
        this.#bank.energies(h, place.at(shift), place.chip, chips, place.scale, this.#energy[h]);
        for (let c = 0; c < chips; c++) this.#work[c] += this.#energy[h][c];
      }
      const score = eyeOpening(this.#work, signs, symbols);
      if (score > bestScore) {
        bestScore = score;
        bestShift = shift;
      }
    }
    this.#work.fill(0);
    let centroid = 0;
    let total = 0;
    for (let h = 0; h < offsets.length; h++) {
      this.#bank.energies(h, place.at(bestShift), place.chip, chips, place.scale, this.#energy[h]);
      let opening = 0;
      for (let i = 0; i < signs.length; i++)
        opening += signs[i] * (this.#energy[h][2 * i] - this.#energy[h][2 * i + 1]);
      total += Math.max(0, opening);
      centroid += Math.max(0, opening) * offsets[h];
    }
    centroid /= total || 1;
    const gamma0 = Math.max(1, total / signs.length / (32768 / SPACING_HZ));
    const out = this.#wide;
    out.evidence = Number.NEGATIVE_INFINITY;
    out.start = place.start + bestShift * place.samplesPerChip;
    const weight = new Float64Array(offsets.length);
    for (const spread of SPREADS_HZ) {
      for (const factor of [0.7, 1, 1.4]) {
        let sum = 0;
        for (let h = 0; h < offsets.length; h++) {
          weight[h] = Math.exp(-0.5 * ((offsets[h] - centroid) / spread) ** 2);
          sum += weight[h];
        }
        for (let h = 0; h < offsets.length; h++) weight[h] /= sum;
        const gamma = gamma0 * factor;
        wideLikelihood(this.#energy, weight, chips, gamma, this.#work);
        const evidence = manchesterEvidence(this.#work, signs, symbols);
        if (evidence > out.evidence) {
          out.evidence = evidence;
          out.gamma = gamma;
          out.carrierHz = centroid;
          out.on.set(this.#work);
          out.keying = keyingEvidence(out.on, chips);
        }
      }
    }
  }
}

/** Samples of the decimation filter on one side, generously. */
function FILTER_ROOM(geometry: Geometry): number {
  return Math.ceil(geometry.samplesPerChip) + 8;
}

function judgement(symbols: number): Judgement {
  return { on: new Float64Array(2 * symbols), gamma: 1, carrierHz: 0, start: 0, evidence: 0, keying: 0 };
}

/** Turns places in chips into places in the downconverter's output. */
class Place {
  readonly start: number;
  readonly symbols: number;
  readonly samplesPerChip: number;
  /** Length of a chip, output samples. */
  readonly chip: number;
  /** Factor on sums of output samples that makes the mean energy of noise 1. */
  readonly scale: number;
  readonly #origin: number;

  constructor(target: Target, from: number, down: Downconverter, samplesPerChip: number, symbols: number) {
    this.start = target.start;
    this.symbols = symbols;
    this.samplesPerChip = samplesPerChip;
    this.chip = samplesPerChip / down.decimation;
    this.scale = down.decimation / Math.sqrt(samplesPerChip * target.noisePower);
    this.#origin = (target.start - from - down.margin) / down.decimation + 0.5;
  }

  at(shiftChips: number): number {
    return this.#origin + shiftChips * this.chip;
  }
}

/** How far the eye is open: differences as the sync word has them, and of unknown symbols by magnitude. */
function eyeOpening(energy: Float64Array, sync: Float64Array, symbols: number): number {
  let opening = 0;
  for (let i = 0; i < symbols; i++) {
    const difference = energy[2 * i] - energy[2 * i + 1];
    opening += i < sync.length ? sync[i] * difference : Math.abs(difference);
  }
  return opening;
}

/** Mean energy of on-chips less that of noise, each unknown symbol weighted by how surely it is which. */
function onEnergy(energy: Float64Array, sync: Float64Array, symbols: number): number {
  let gamma = 0;
  for (let i = 0; i < sync.length; i++) gamma += sync[i] * (energy[2 * i] - energy[2 * i + 1]);
  gamma = Math.max(0.5, gamma / sync.length);
  for (let round = 0; round < 3; round++) {
    let sum = 0;
    for (let i = 0; i < symbols; i++) {
      const a = energy[2 * i];
      const b = energy[2 * i + 1];
      const share =
        i < sync.length
          ? sync[i] > 0
            ? 1
            : 0
          : 1 / (1 + Math.exp(-2 * Math.sqrt(gamma) * (Math.sqrt(a) - Math.sqrt(b))));
      sum += share * a + (1 - share) * b;
    }
    gamma = Math.max(0.5, sum / symbols - 1);
  }
  return gamma;
}

/** Top of the parabola through three equally spaced values, in steps from the middle one, within ±0.5. */
function peak(before: number, here: number, after: number): number {
  const curvature = before - 2 * here + after;
  if (curvature >= 0) return 0;
  return Math.max(-0.5, Math.min(0.5, (before - after) / (2 * curvature)));
}

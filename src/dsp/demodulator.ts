import type { Burst } from './burst.js';
import { ChipBank } from './chip-bank.js';
import { PhaseTracker } from './coherent.js';
import type { SyncPattern } from './detector.js';
import { Downconverter } from './downconverter.js';
import { background, eyeOpening, onEnergy, peak, syncOpening } from './eye.js';
import { CHIP_RATE_HZ, type Geometry } from './geometry.js';
import {
  carrierShares,
  keyingEvidence,
  manchesterEvidence,
  narrowLikelihood,
  wideLikelihood,
} from './likelihood.js';
import { Place } from './place.js';

/** Carriers tried around a candidate, Hz: reach and spacing. */
const REACH_HZ = 64e3;
const SPACING_HZ = 8e3;
/** Chips of room before and after a packet for the search of its start. */
const ROOM_CHIPS = 1.5;
/** Starts tried, chips. */
const START_REACH = 0.5;
const START_SPACING = 0.25;
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

/** A packet whose middle is this far from where it was looked for is looked for again, Hz. */
const RETUNE_HZ = 20e3;

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
  readonly #total: Float64Array;
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
    this.#signs = patterns.map((p) => Float64Array.from(p.sync, (s) => (s === '1' ? 1 : -1)));
    this.#down = new Downconverter(geometry, longest + 2 * room + 2 * filterRoom(geometry));
    this.margin = room + this.#down.margin + 2;
    this.#bank = new ChipBank(this.#down, geometry.sampleRateHz, REACH_HZ, SPACING_HZ);
    this.#trackers = patterns.map((pattern) => new PhaseTracker(pattern.lengthSymbols));
    this.#energy = this.#bank.offsetsHz.map(() => new Float64Array(2 * symbols));
    this.#work = new Float64Array(2 * symbols);
    this.#total = new Float64Array(2 * symbols);
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
    let { place, coarse } = this.#tune(iq, target);
    if (Math.abs(coarse.middleHz) > RETUNE_HZ) {
      target = { ...target, carrierHz: target.carrierHz + coarse.middleHz };
      ({ place, coarse } = this.#tune(iq, target));
    }
    const { lengthSymbols } = this.#patterns[target.sync];
    this.#judgeNarrow(place, target.sync, coarse);
    this.#judgeCoherent(place, target.sync);
    this.#wide.evidence = Number.NEGATIVE_INFINITY;
    // A phase that goes on through the packet is proof of one carrier; spare the search for many.
    if (this.#coherent.evidence < this.#narrow.evidence + COHERENT_PROOF) {
      this.#judgeWide(place, target.sync, coarse);
    }
    return this.#burst(target, firstSample, lengthSymbols);
  }

  /** Brings the target's carrier to zero and looks where in time and frequency the packet is. */
  #tune(iq: Float32Array, target: Target): { place: Place; coarse: Coarse } {
    const { samplesPerChip } = this.#geometry;
    const symbols = this.#patterns[target.sync].lengthSymbols;
    const from = Math.floor(target.start) - this.margin;
    const count = Math.ceil(2 * symbols * samplesPerChip) + 2 * this.margin;
    this.#bank.load(this.#down.convert(iq, from, count, target.carrierHz));
    const place = new Place(target.start, target.noisePower, from, this.#down, samplesPerChip, symbols);
    return { place, coarse: this.#searchCoarsely(place, target.sync) };
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

  /** Start and carrier by how far the eye opens: at one carrier, and with the energy of all of them. */
  #searchCoarsely(place: Place, sync: number): Coarse {
    const { symbols } = place;
    const signs = this.#signs[sync];
    const chips = 2 * symbols;
    const best: Coarse = { start: 0, offset: 0, wideStart: 0, middleHz: 0 };
    let narrow = Number.NEGATIVE_INFINITY;
    let wide = Number.NEGATIVE_INFINITY;
    for (let start = -START_REACH; start <= START_REACH; start += START_SPACING) {
      this.#total.fill(0);
      let moment = 0;
      let sum = 0;
      // Carriers lie closer than a chip can tell apart; every other one holds all the energy.
      for (let h = 0; h < this.#energy.length; h += 2) {
        const opening = this.#opening(place, signs, h, start);
        if (opening > narrow) {
          narrow = opening;
          best.start = start;
          best.offset = h;
        }
        const atSync = Math.max(0, syncOpening(this.#work, signs));
        sum += atSync;
        moment += atSync * this.#bank.offsetsHz[h];
        for (let c = 0; c < chips; c++) this.#total[c] += this.#work[c];
      }
      const opening = eyeOpening(this.#total, signs, symbols);
      if (opening > wide) {
        wide = opening;
        best.wideStart = start;
        best.middleHz = moment / (sum || 1);
      }
    }
    return best;
  }

  /** Opening of the eye at one carrier and start; leaves the energies in `#work`. */
  #opening(place: Place, signs: Float64Array, offset: number, start: number): number {
    this.#bank.energies(offset, place.at(start), place.chip, 2 * place.symbols, place.scale, this.#work);
    return eyeOpening(this.#work, signs, place.symbols);
  }

  /** One carrier for the whole packet: start and carrier refined, then the likelihoods there. */
  #judgeNarrow(place: Place, sync: number, coarse: Coarse): void {
    const signs = this.#signs[sync];
    const { symbols } = place;
    const chips = 2 * symbols;
    const half = START_SPACING / 2;
    const opening = (offset: number, start: number): number => {
      const inside = Math.max(0, Math.min(this.#energy.length - 1, offset));
      return this.#opening(place, signs, inside, start);
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
    out.carrierHz = this.#bank.offsetsHz[h] + SPACING_HZ * step;
    out.start = place.start + start * place.samplesPerChip;
    this.#bank.amplitudes(h, place.at(start), place.chip, chips, place.scale, this.#real, this.#imaginary);
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

  #judgeCoherent(place: Place, sync: number): void {
    const out = this.#coherent;
    out.gamma = this.#narrow.gamma;
    out.background = this.#narrow.background;
    out.start = this.#narrow.start;
    out.carrierHz = this.#narrow.carrierHz;
    this.#trackers[sync].judge(this.#real, this.#imaginary, this.#signs[sync], out.gamma, out.on);
    out.evidence = manchesterEvidence(out.on, this.#signs[sync], place.symbols);
    out.keying = keyingEvidence(out.on, 2 * place.symbols);
  }

  /** A carrier of its own for every chip, scattered around a common middle. */
  #judgeWide(place: Place, sync: number, coarse: Coarse): void {
    const signs = this.#signs[sync];
    const { symbols } = place;
    const chips = 2 * symbols;
    const offsets = this.#bank.offsetsHz;
    let middle = 0;
    let total = 0;
    for (let h = 0; h < offsets.length; h++) {
      this.#bank.energies(h, place.at(coarse.wideStart), place.chip, chips, place.scale, this.#energy[h]);
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
    out.start = place.start + coarse.wideStart * place.samplesPerChip;
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

/** First guess of where a packet is: chips from the target, and the index of a carrier offset. */
interface Coarse {
  start: number;
  offset: number;
  wideStart: number;
  /** Centre of gravity of the sync word's energy over the carriers, Hz. */
  middleHz: number;
}

/** Samples of the decimation filter on one side, generously. */
function filterRoom(geometry: Geometry): number {
  return Math.ceil(geometry.samplesPerChip) + 8;
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

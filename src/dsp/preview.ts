import type { Burst } from './burst.js';
import { type Candidate, type SyncPattern, signsOf } from './detector.js';
import { peak, syncOpening } from './eye.js';
import type { Spectrogram } from './filterbank.js';
import { binFrequencyHz, type Geometry } from './geometry.js';
import { keyingEvidence, narrowLikelihood, packetEvidence } from './likelihood.js';
import { LINE_CODES } from './line-code.js';
import { PacketPowers } from './packet-powers.js';
import { PlainGather } from './plain-rows.js';
import { MOST_CHIPS, type RowLoops } from './rows.js';

/** On either side of a candidate its packet's middle is looked for so far, Hz: more, and a stronger neighbour pulls it. */
const BESIDE_HZ = 75e3;
/** A packet whose middle is farther than this from its candidate was found by its edge, Hz. */
const NEAR_HZ = 28e3;
/** Bins that hold nearly all of a packet's energy, of a free-running transmitter too; and of any other, with less of its neighbours'. */
const WIDTHS = [8, 4] as const;
/** A packet is clear where its weakest on-chip holds so many times what its loudest off-chip does. */
const CLEAR_RATIO = 1.2;
/** And where each of its symbols is as sure as this, nats. */
const CLEAR_NATS = 10;
const CODE = LINE_CODES.manchester;

/** What the spectrogram tells of a packet. */
export interface Preview {
  /** Middle of its sync word's energy, Hz from the centre of the window. */
  readonly middleHz: number;
  /** The packet, where no symbol is in doubt. */
  readonly clear: ClearPacket | null;
}

/** A burst of which it remains to be said where in the stream its first frame is, and how loud the noise. */
export interface ClearPacket extends Omit<Burst, 'firstSample' | 'noiseDbfs'> {
  /** Start of the first chip, in frames from that of the candidate. */
  readonly startFrames: number;
}

/**
 * Reads packets in the spectrogram: most are far louder than they have to be, and it would be a waste to tune to them.
 *
 *   chip     0    1    2    3    4    5
 *   power   ▇▇   ▁▁   ▆▆   ▁▁   ▁▁   ▇▇        where the weakest on-chip of the whole packet towers over
 *            on  off   on  off  off   on        the loudest off-chip, there is nothing left to find out
 */
export class Previewer {
  readonly #geometry: Geometry;
  readonly #patterns: readonly SyncPattern[];
  /** The sync words' symbols, +1 or −1. */
  readonly #signs: readonly Float64Array[];
  readonly #powers: PacketPowers;
  /** Bins on either side of a candidate's that are looked at. */
  readonly #beside: number;
  readonly #energy = new Float64Array(MOST_CHIPS);
  readonly #on = new Float64Array(MOST_CHIPS);

  constructor(
    geometry: Geometry,
    patterns: readonly SyncPattern[],
    loops: Pick<RowLoops, 'gather'> = new PlainGather(),
  ) {
    this.#geometry = geometry;
    this.#patterns = patterns;
    this.#signs = patterns.map(({ sync }) => signsOf(sync));
    this.#powers = new PacketPowers(geometry.fftSize, loops);
    this.#beside = Math.floor(BESIDE_HZ / geometry.binHz);
  }

  /** @param firstColumn column of the candidate's first chip; the one before it is looked at too */
  look(spectrogram: Spectrogram, candidate: Candidate, firstColumn: number): Preview {
    const { lengthSymbols, lineCode = 'manchester' } = this.#patterns[candidate.sync];
    const signs = this.#signs[candidate.sync];
    const middle = this.#middle(spectrogram, Math.round(candidate.bin), firstColumn, signs);
    const middleHz =
      binFrequencyHz(this.#geometry, candidate.bin) + (middle - candidate.bin) * this.#geometry.binHz;
    const isWhole = lineCode === 'manchester' && 2 * lengthSymbols <= MOST_CHIPS;
    const isNear = Math.abs(middle - candidate.bin) * this.#geometry.binHz <= NEAR_HZ;
    if (!isWhole || !isNear) return { middleHz, clear: null };
    for (const width of WIDTHS) {
      const lowest = Math.round(middle - (width - 1) / 2);
      // Most look-alikes show themselves in the sync word.
      this.#powers.gather(spectrogram, lowest, width, firstColumn, 0, 2 * signs.length);
      if (!this.#isClear(signs, signs.length)) continue;
      this.#powers.gather(spectrogram, lowest, width, firstColumn, 2 * signs.length, 2 * lengthSymbols);
      if (!this.#isClear(signs, lengthSymbols)) continue;
      const judged = this.#judge(candidate.sync, lengthSymbols, width);
      if (judged === null) continue;
      const startFrames = this.#start(spectrogram, lowest, width, firstColumn, signs);
      return { middleHz, clear: { ...judged, carrierHz: middleHz, startFrames } };
    }
    return { middleHz, clear: null };
  }

  /** Centre of gravity of what the sync word's on-chips hold more than its off-chips, over the bins around one. */
  #middle(spectrogram: Spectrogram, bin: number, firstColumn: number, signs: Float64Array): number {
    let sum = 0;
    let moment = 0;
    for (let k = -this.#beside; k <= this.#beside; k++) {
      const opening = this.#opening(spectrogram, bin + k, 1, firstColumn, signs);
      if (opening <= 0) continue;
      sum += opening;
      moment += opening * k;
    }
    return bin + moment / (sum || 1);
  }

  /** How far the sync word's eye is open over some bins. */
  #opening(
    spectrogram: Spectrogram,
    lowest: number,
    width: number,
    firstColumn: number,
    signs: Float64Array,
  ): number {
    const chips = this.#powers.gather(spectrogram, lowest, width, firstColumn, 0, 2 * signs.length);
    return syncOpening(chips, signs);
  }

  /** Whether no symbol of the chips gathered is in doubt, and those of the sync word are what they should be. */
  #isClear(signs: Float64Array, symbols: number): boolean {
    const { chips } = this.#powers;
    let loudestOff = 0;
    let weakestOn = Number.POSITIVE_INFINITY;
    for (let i = 0; i < symbols; i++) {
      const first = chips[2 * i];
      const second = chips[2 * i + 1];
      const isOne = first > second;
      if (i < signs.length && isOne !== signs[i] > 0) return false;
      weakestOn = Math.min(weakestOn, isOne ? first : second);
      loudestOff = Math.max(loudestOff, isOne ? second : first);
      // Asked this way round, what is not a number is not clear.
      if (!(weakestOn >= CLEAR_RATIO * loudestOff)) return false;
    }
    return true;
  }

  /**
   * The chips' likelihoods, as of a packet on one carrier that shares its channel with no noise but its own.
   * @returns null where a symbol is in doubt all the same
   */
  #judge(
    sync: number,
    symbols: number,
    width: number,
  ): Omit<ClearPacket, 'carrierHz' | 'startFrames'> | null {
    const { samplesPerChip, fftSize, binHz } = this.#geometry;
    const { chips } = this.#powers;
    const [energy, on] = [this.#energy, this.#on];
    // The bins overlap: all of them together see a chip's energy more than once.
    const scale = samplesPerChip / fftSize;
    let sum = 0;
    for (let c = 0; c < 2 * symbols; c++) {
      energy[c] = Math.max(0, 1 + (chips[c] - width) * scale);
      sum += energy[c];
    }
    const least = CODE.leastEnergy(energy, 0, 2 * symbols);
    const level = Math.max(1, least / symbols);
    const gamma = (sum - 2 * least) / symbols / level;
    for (let c = 0; c < 2 * symbols; c++) energy[c] /= level;
    narrowLikelihood(energy, 2 * symbols, gamma, on);
    const soft = new Float32Array(symbols);
    for (let i = 0; i < symbols; i++) {
      soft[i] = on[2 * i] - on[2 * i + 1];
      if (!(Math.abs(soft[i]) >= CLEAR_NATS)) return null;
    }
    return {
      sync,
      soft,
      lengthSamples: Math.round(2 * symbols * samplesPerChip),
      bandwidthHz: width * binHz,
      snrDb: 10 * Math.log10(gamma * level),
      demodulation: 'clear',
      evidence: packetEvidence(on, this.#signs[sync], symbols, CODE),
      keyingEvidence: keyingEvidence(on, 2 * symbols),
    };
  }

  /** By how many frames the packet begins later than the candidate, −½ … ½. */
  #start(
    spectrogram: Spectrogram,
    lowest: number,
    width: number,
    firstColumn: number,
    signs: Float64Array,
  ): number {
    const [before, here, after] = [-1, 0, 1].map((shift) =>
      this.#opening(spectrogram, lowest, width, firstColumn + shift, signs),
    );
    return peak(before, here, after);
  }
}

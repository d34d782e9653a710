import type { Burst } from './burst.js';
import { ChipRows } from './chip-rows.js';
import { type Candidate, type SyncPattern, signsOf } from './detector.js';
import { peak, syncOpening } from './eye.js';
import type { Spectrogram } from './filterbank.js';
import { binFrequencyHz, type Geometry } from './geometry.js';
import { keyingEvidence, narrowLikelihood, packetEvidence } from './likelihood.js';
import { LINE_CODES } from './line-code.js';
import type { LinearCheck } from './linear-check.js';
import { PacketPowers } from './packet-powers.js';
import { PlainChips } from './plain-rows.js';
import { type ChipLoops, MOST_CHIPS } from './rows.js';

/** On either side of a candidate its packet's middle is looked for so far, Hz: more, and a stronger neighbour pulls it. */
const BESIDE_HZ = 75e3;
/** A middle that is farther from where it was looked for than this is looked for once more from there, Hz; so often. */
const NEAR_HZ = 28e3;
const MOST_LOOKS = 3;
/**
 * Bins that are summed: eight hold nearly all of a packet's energy, of a free-running transmitter too; the fewer, the
 * less of its neighbours' and of noise.
 */
const WIDTHS = [8, 4, 2, 1] as const;
/** Bins that are taken below the one that is looked around: as many as the widest sum can reach. */
const BINS_BELOW = 6;
/** Evidence for its symbols over chips keyed at random that a packet is read with, nats; at most ln 2 a symbol can be had. */
const READ_NATS = 40;
/** How much louder a bin beside it may be than the one that a packet is in. */
const EDGE_RATIO = 4;
/** What has less is not worth tuning to: of the packets that were received that way none had less than 13, weak or not. */
const HOPEFUL_NATS = 5;
const CODE = LINE_CODES.manchester;

/** What the spectrogram tells of a packet. */
export interface Preview {
  /** Middle of its sync word's energy, Hz from the centre of the window. */
  readonly middleHz: number;
  /** The packet, where its check agrees. */
  readonly clear: ClearPacket | null;
  /** Powers of its chips over each of the widths; none where it is clear, or there is no check to read it by. */
  readonly chips: readonly Float64Array[];
}

/** A burst of which it remains to be said where in the stream its first frame is, and how loud the noise. */
export interface ClearPacket {
  readonly burst: Omit<Burst, 'firstSample' | 'noiseDbfs'>;
  /** Start of the first chip, in frames from that of the candidate. */
  readonly startFrames: number;
}

/**
 * Reads packets in the spectrogram: most are louder than they have to be, and it would be a waste to tune to them.
 *
 *   chip     0    1    2    3    4    5
 *   power   ▇▇   ▂▁   ▆▅   ▁▁   ▁▃   ▇▇        where the stronger chip of each symbol makes a word that agrees with the
 *   symbol     1         1         0           packet's check, there is nothing left to find out
 */
export class Previewer {
  readonly #geometry: Geometry;
  readonly #patterns: readonly SyncPattern[];
  /** The sync words' symbols, +1 or −1. */
  readonly #signs: readonly Float64Array[];
  readonly #rows: ChipRows;
  readonly #powers: PacketPowers;
  /** Bins on either side of one that its packet's middle is looked for in. */
  readonly #beside: number;
  /** Chips summed over each of the widths; float64 [widths][MOST_CHIPS]. */
  readonly #sums = WIDTHS.map(() => new Float64Array(MOST_CHIPS));
  /** Symbols of the packet read last, +1 or −1. */
  readonly #decided = new Float64Array(MOST_CHIPS / 2);
  readonly #energy = new Float64Array(MOST_CHIPS);
  readonly #on = new Float64Array(MOST_CHIPS);

  constructor(geometry: Geometry, patterns: readonly SyncPattern[], loops: ChipLoops = new PlainChips()) {
    this.#geometry = geometry;
    this.#patterns = patterns;
    this.#signs = patterns.map(({ sync }) => signsOf(sync));
    this.#rows = new ChipRows(geometry.fftSize, loops);
    this.#powers = new PacketPowers(geometry.fftSize, loops);
    this.#beside = Math.floor(BESIDE_HZ / geometry.binHz);
  }

  /** @param firstColumn column of the candidate's first chip; the one before it is looked at too */
  look(spectrogram: Spectrogram, candidate: Candidate, firstColumn: number): Preview {
    const { sync } = candidate;
    const { check, lengthSymbols } = this.#patterns[sync];
    const signs = this.#signs[sync];
    const chips = 2 * (check === undefined ? signs.length : lengthSymbols);
    let middle = candidate.bin;
    let looked: readonly Float64Array[] = [];
    for (let look = 0; look < MOST_LOOKS; look++) {
      const bin = Math.round(middle);
      this.#rows.take(spectrogram, bin - BINS_BELOW, firstColumn, chips);
      middle = bin + this.#offset(signs);
      if (!this.#isNear(middle, bin)) continue;
      if (check === undefined) break;
      this.#sum(middle - bin, chips);
      const read = this.#read(sync, check);
      if (read === null) {
        looked = this.#sums.map((sums) => sums.slice(0, chips));
        break;
      }
      // All symbols tell the middle better than those of the sync word, where it may be a neighbour's energy.
      const lowest = lowestOf(middle, read.width);
      middle = bin + this.#offset(this.#decided.subarray(0, lengthSymbols));
      if (!this.#isNear(middle, bin)) continue;
      if (this.#isEdge(middle - bin, chips)) break;
      const carrierHz = this.#hzOf(candidate.bin, middle);
      const startFrames = this.#start(spectrogram, lowest, read.width, firstColumn, signs);
      return { middleHz: carrierHz, clear: { burst: { ...read.burst, carrierHz }, startFrames }, chips: [] };
    }
    return { middleHz: this.#hzOf(candidate.bin, middle), clear: null, chips: looked };
  }

  /** Whether there is far more energy beside a place, of which this is the edge: keying is heard far from its carrier. */
  #isEdge(offset: number, chips: number): boolean {
    let loudest = 0;
    for (let k = -this.#beside; k <= this.#beside; k++) {
      loudest = Math.max(loudest, this.#rows.power(BINS_BELOW + k, chips) - chips);
    }
    return loudest > EDGE_RATIO * (this.#rows.power(BINS_BELOW + Math.round(offset), chips) - chips);
  }

  #isNear(middle: number, bin: number): boolean {
    return Math.abs(middle - bin) * this.#geometry.binHz <= NEAR_HZ;
  }

  /** The packet that one of the sums makes, widest first; its symbols go to `#decided`. Null where the check agrees with none. */
  #read(
    sync: number,
    check: LinearCheck,
  ): { width: number; burst: Omit<ClearPacket['burst'], 'carrierHz'> } | null {
    const symbols = this.#patterns[sync].lengthSymbols;
    for (let i = 0; i < WIDTHS.length; i++) {
      if (!agrees(this.#sums[i], this.#signs[sync], check)) continue;
      const judged = this.#judge(sync, this.#sums[i], symbols, WIDTHS[i]);
      if (!(judged.evidence >= judged.keyingEvidence + READ_NATS)) continue;
      const soft = new Float32Array(symbols);
      for (let k = 0; k < symbols; k++) {
        soft[k] = this.#on[2 * k] - this.#on[2 * k + 1];
        this.#decided[k] = soft[k] > 0 ? 1 : -1;
      }
      return { width: WIDTHS[i], burst: { ...judged, soft } };
    }
    return null;
  }

  /** Whether the chips of one that is not clear look so little like a packet's that a closer look is in vain. */
  isHopeless(sync: number, { chips: looked }: Preview): boolean {
    return (
      looked.length > 0 &&
      looked.every((chips, i) => {
        const { evidence, keyingEvidence } = this.#judge(sync, chips, chips.length / 2, WIDTHS[i]);
        return !(evidence >= keyingEvidence + HOPEFUL_NATS);
      })
    );
  }

  /** Frequency of a place near a bin, whether or not it lies past the band's end. */
  #hzOf(bin: number, place: number): number {
    return binFrequencyHz(this.#geometry, bin) + (place - bin) * this.#geometry.binHz;
  }

  /** Centre of gravity of what the on-chips of known symbols hold more than their off-chips, in bins from the middle one taken. */
  #offset(signs: Float64Array): number {
    let sum = 0;
    let moment = 0;
    for (let k = -this.#beside; k <= this.#beside; k++) {
      const opening = Math.max(0, this.#rows.opening(BINS_BELOW + k, signs));
      sum += opening;
      moment += opening * k;
    }
    return moment / (sum || 1);
  }

  /** Sums chips over each of the widths: each is what the narrower one is, and the rows on either side of that. */
  #sum(offset: number, chips: number): void {
    let narrower = new Float64Array(0);
    let [first, end] = [0, 0];
    for (let i = WIDTHS.length - 1; i >= 0; i--) {
      const sums = this.#sums[i].subarray(0, chips);
      const lowest = BINS_BELOW + lowestOf(offset, WIDTHS[i]);
      if (end === 0) [first, end] = [lowest, lowest];
      sums.fill(0).set(narrower);
      this.#rows.add(lowest, first, sums);
      this.#rows.add(end, lowest + WIDTHS[i], sums);
      [first, end] = [lowest, lowest + WIDTHS[i]];
      narrower = sums;
    }
  }

  /** The chips' likelihoods, as of a packet on one carrier that shares its channel with no noise but its own. */
  #judge(
    sync: number,
    chips: Float64Array,
    symbols: number,
    width: number,
  ): Omit<ClearPacket['burst'], 'soft' | 'carrierHz'> {
    const { samplesPerChip, fftSize, binHz } = this.#geometry;
    const [energy, on] = [this.#energy, this.#on];
    // Bins that overlap see a chip's energy more than once, all of them together.
    const scale = Math.max(1 / width, samplesPerChip / fftSize);
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
    return {
      sync,
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
    const [before, here, after] = [-1, 0, 1].map((shift) => {
      const chips = this.#powers.gather(spectrogram, lowest, width, firstColumn + shift, 0, 2 * signs.length);
      return syncOpening(chips, signs);
    });
    return peak(before, here, after);
  }
}

/** The first of so many bins around a place. */
function lowestOf(place: number, width: number): number {
  return Math.round(place - (width - 1) / 2);
}

/** Whether the symbols that chips make agree with a check. @param signs symbols that are known: the first ones */
function agrees(chips: Float64Array, signs: Float64Array, { contributions, sum }: LinearCheck): boolean {
  const known = signs.length;
  let rest = sum;
  for (let i = 0; i < known; i++) if (signs[i] > 0) rest ^= contributions[i];
  for (let i = known; i < contributions.length; i++) {
    rest ^= contributions[i] & -Number(chips[2 * i] > chips[2 * i + 1]);
  }
  return rest === 0;
}

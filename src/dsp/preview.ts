import type { Burst } from './burst.js';
import { type ChipLoops, MOST_CHIPS, NESTED_WIDTHS, PICKED_ROWS, TOGETHER, WIDEST } from './chip-loops.js';
import { type Candidate, type SyncPattern, signsOf } from './detector.js';
import { peak, syncOpening } from './eye.js';
import type { Spectrogram } from './filterbank.js';
import { binFrequencyHz, type Geometry } from './geometry.js';
import { PacketPowers } from './packet-powers.js';
import { pickChips } from './pick-chips.js';
import { PlainChips } from './plain-chips.js';
import { PreviewJudge } from './preview-judge.js';

/** On either side of a candidate its packet's middle is looked for so far, Hz: more, and a stronger neighbour pulls it. */
const BESIDE_HZ = 75e3;
/** A middle that is farther from where it was looked for than this is looked for once more from there, Hz; so often. */
const NEAR_HZ = 28e3;
const MOST_LOOKS = 3;
/**
 * Bins that are summed, widest first: eight hold nearly all of a packet's energy, of a free-running transmitter too; the
 * fewer, the less of its neighbours' and of noise.
 */
const WIDTHS = NESTED_WIDTHS.map((width, index) => ({ width, index })).reverse();
/** Which of the widths tell whether there is hope. */
const HOPEFUL_WIDTHS = [3, 1] as const;
/** Bins that are taken below the one that is looked around, and as many above it: where its middle is so near, no sum reaches farther. */
const BINS_BELOW = (PICKED_ROWS - 1) / 2;
const NEAR_BINS = 1.9;
/** Evidence for its symbols over chips keyed at random that a packet is read with, nats; at most ln 2 a symbol can be had. */
const READ_NATS = 40;
/** How much louder a bin beside it may be than the one that a packet is in. */
const EDGE_RATIO = 4;
/** What has less is not worth tuning to: of the packets that were received that way none had less than 13, weak or not. */
const HOPEFUL_NATS = 3;

/** What the spectrogram tells of a packet. */
export interface Preview {
  /** Middle of its energy, by its sync word or, where it is clear, by all of its symbols; Hz from the centre of the window. */
  readonly middleHz: number;
  /** The packet, where its check agrees. */
  readonly clear: ClearPacket | null;
  /** Powers of its chips over some widths, to be judged where it comes to that; null where it is clear, or there is no telling. */
  readonly looks: readonly Float32Array[] | null;
}

/** What some sums of bins say of a packet. */
interface Read extends Pick<Burst, 'sync' | 'soft' | 'snrDb' | 'evidence' | 'keyingEvidence'> {
  /** Bins summed. */
  readonly width: number;
}

/** What there is to say of a packet that has been read. */
export interface ClearPacket {
  readonly read: Read;
  /** Its middle, in bins. */
  readonly bin: number;
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
  readonly #checks: readonly (KnownCheck | null)[];
  readonly #loops: ChipLoops;
  readonly #powers: PacketPowers;
  readonly #judge: PreviewJudge;
  /** Bins on either side of one that its packet's middle is looked for in. */
  readonly #beside: number;
  /** Those that the loops know. */
  #contributions: Int32Array | undefined;
  readonly #nestedRows = new Int32Array(WIDEST);
  /** Symbols of the packet read last, +1 or −1. */
  readonly #decided = new Float64Array(MOST_CHIPS / 2);
  /** The sync word's eye a frame before, at and a frame behind the start. */
  readonly #around = new Float64Array(3);

  constructor(geometry: Geometry, patterns: readonly SyncPattern[], loops: ChipLoops = new PlainChips()) {
    this.#geometry = geometry;
    this.#patterns = patterns;
    this.#signs = patterns.map(({ sync }) => signsOf(sync));
    this.#checks = patterns.map(knownCheck);
    this.#loops = loops;
    this.#powers = new PacketPowers(geometry.fftSize, loops);
    this.#judge = new PreviewJudge(geometry, this.#signs);
    this.#beside = Math.min(BINS_BELOW, Math.floor(BESIDE_HZ / geometry.binHz));
  }

  /** @param firstColumn column of the candidate's first chip; the one before it is looked at too */
  look(spectrogram: Spectrogram, candidate: Candidate, firstColumn: number): Preview {
    const { sync } = candidate;
    const { lengthSymbols } = this.#patterns[sync];
    const signs = this.#signs[sync];
    const check = this.#checks[sync];
    const chips = 2 * (check === null ? signs.length : lengthSymbols);
    let middle = candidate.bin;
    let looks: readonly Float32Array[] | null = null;
    for (let look = 0; look < MOST_LOOKS; look++) {
      const bin = Math.round(middle);
      pickChips(spectrogram, bin - BINS_BELOW, firstColumn, chips, this.#loops);
      middle = bin + this.#offset(signs);
      if (!this.#isNear(middle, bin)) continue;
      if (check === null) break;
      this.#nest(middle - bin, chips);
      const read = this.#read(sync, check);
      if (read === null) {
        looks = HOPEFUL_WIDTHS.map((index) => this.#loops.nested[index].slice(0, chips));
        break;
      }
      const lowest = lowestOf(middle, read.width);
      // All symbols tell the middle better than those of the sync word, where it may be a neighbour's energy.
      middle = bin + this.#offset(this.#decided.subarray(0, lengthSymbols));
      if (!this.#isNear(middle, bin)) continue;
      if (this.#isEdge(middle - bin, 2 * lengthSymbols)) break;
      const startFrames = this.#start(spectrogram, lowest, read.width, firstColumn, signs);
      const clear = { read, bin: middle, startFrames };
      return { middleHz: this.#hzOf(candidate.bin, middle), clear, looks: null };
    }
    return { middleHz: this.#hzOf(candidate.bin, middle), clear: null, looks };
  }

  /** Whether there is far more energy beside a place, of which this is the edge: keying is heard far from its carrier. */
  #isEdge(offset: number, chips: number): boolean {
    const { energies } = this.#loops;
    let loudest = 0;
    for (let k = -this.#beside; k <= this.#beside; k++) {
      loudest = Math.max(loudest, energies[BINS_BELOW + k] - chips);
    }
    return loudest > EDGE_RATIO * (energies[BINS_BELOW + Math.round(offset)] - chips);
  }

  #isNear(middle: number, bin: number): boolean {
    return Math.abs(middle - bin) <= Math.min(NEAR_BINS, NEAR_HZ / this.#geometry.binHz);
  }

  /** The packet that one of the sums makes; its symbols go to `#decided`. Null where the check agrees with none. */
  #read(sync: number, { contributions, rest }: KnownCheck): Read | null {
    const symbols = this.#patterns[sync].lengthSymbols;
    if (this.#contributions !== contributions) this.#loops.contributions.set(contributions);
    this.#contributions = contributions;
    for (const { index, width } of WIDTHS) {
      if (this.#loops.remainder(index, symbols) !== rest) continue;
      const chips = this.#loops.nested[index];
      for (let i = 0; i < symbols; i++) this.#decided[i] = chips[2 * i] > chips[2 * i + 1] ? 1 : -1;
      // The sync word is known, and so the check has not asked for it.
      const judged =
        (this.#hasSync(sync) ? this.#judge.undoubted(sync, this.#loops.spread, symbols, width) : null) ??
        this.#judge.judge(sync, chips, symbols, width);
      const { evidence, keyingEvidence, snrDb } = judged;
      // Asked this way round, what is not a number is not clear.
      if (!(evidence >= keyingEvidence + READ_NATS)) continue;
      const soft = this.#judge.soft(judged, this.#decided, symbols);
      return { sync, soft, snrDb, evidence, keyingEvidence, width };
    }
    return null;
  }

  #hasSync(sync: number): boolean {
    const signs = this.#signs[sync];
    for (let i = 0; i < signs.length; i++) if (this.#decided[i] !== signs[i]) return false;
    return true;
  }

  /** Whether what is not clear looks so little like a packet that a closer look is in vain. */
  isHopeless(sync: number, { looks }: Preview): boolean {
    if (looks === null) return false;
    for (let i = 0; i < looks.length; i++) {
      const width = NESTED_WIDTHS[HOPEFUL_WIDTHS[i]];
      const { evidence, keyingEvidence } = this.#judge.judge(sync, looks[i], looks[i].length / 2, width);
      // Asked this way round, what is not a number is hopeless.
      if (evidence >= keyingEvidence + HOPEFUL_NATS) return false;
    }
    return true;
  }

  /** Frequency of a place near a bin, whether or not it lies past the band's end. */
  #hzOf(bin: number, place: number): number {
    return binFrequencyHz(this.#geometry, bin) + (place - bin) * this.#geometry.binHz;
  }

  /** Centre of gravity of what the on-chips of known symbols hold more than their off-chips, in bins from the middle one taken. */
  #offset(signs: Float64Array): number {
    const { openings } = this.#loops;
    this.#loops.open(signs);
    let sum = 0;
    let moment = 0;
    for (let k = -this.#beside; k <= this.#beside; k++) {
      const opening = Math.max(0, openings[BINS_BELOW + k]);
      sum += opening;
      moment += opening * k;
    }
    return moment / (sum || 1);
  }

  /** Sums chips over each of the widths: each holds the bins of the narrower ones. */
  #nest(offset: number, chips: number): void {
    const rows = this.#nestedRows;
    let [first, end] = [0, 0];
    let count = 0;
    for (const width of NESTED_WIDTHS) {
      const lowest = BINS_BELOW + lowestOf(offset, width);
      if (count === 0) [first, end] = [lowest, lowest];
      for (; first > lowest; count++) rows[count] = --first;
      for (; end < lowest + width; count++) rows[count] = end++;
    }
    this.#loops.nest(rows, chips);
  }

  /** By how many frames the packet begins later than the candidate, −½ … ½. */
  #start(
    spectrogram: Spectrogram,
    lowest: number,
    width: number,
    firstColumn: number,
    signs: Float64Array,
  ): number {
    for (let i = 0; i < 3; i++) {
      const chips = this.#powers.gather(spectrogram, lowest, width, firstColumn + i - 1, 2 * signs.length);
      this.#around[i] = syncOpening(chips, signs);
    }
    return peak(this.#around[0], this.#around[1], this.#around[2]);
  }
}

/** The first of so many bins around a place. */
function lowestOf(place: number, width: number): number {
  return Math.round(place - (width - 1) / 2);
}

/** A check, without the symbols of the sync word, which are known. */
interface KnownCheck {
  readonly contributions: Int32Array;
  /** What the others must contribute. */
  readonly rest: number;
}

/** @throws RangeError where a packet cannot be read as a whole */
function knownCheck({ check, sync, lengthSymbols, lineCode = 'manchester' }: SyncPattern): KnownCheck | null {
  if (check === undefined) return null;
  if (lineCode !== 'manchester' || lengthSymbols % TOGETHER > 0 || 2 * lengthSymbols > MOST_CHIPS) {
    throw new RangeError(
      `A packet with a check has a multiple of ${TOGETHER} Manchester symbols, ${MOST_CHIPS / 2} at most.`,
    );
  }
  const contributions = new Int32Array(MOST_CHIPS / 2);
  contributions.set(check.contributions.subarray(sync.length), sync.length);
  const known = check.contributions.subarray(0, sync.length);
  return { contributions, rest: known.reduce((x, y, i) => (sync[i] === '1' ? x ^ y : x), check.sum) };
}

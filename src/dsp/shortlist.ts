import type { Burst } from './burst.js';
import type { ChipLoops } from './chip-loops.js';
import type { Candidate, SyncPattern } from './detector.js';
import type { ShortlistObserver } from './fate.js';
import type { Spectrogram } from './filterbank.js';
import { FRAMES_PER_SYMBOL, type Geometry } from './geometry.js';
import { type Preview, Previewer } from './preview.js';
import { MOST_SYMBOLS, Screener } from './screening.js';

/** One packet shows up at several frames around its start: those within this many are one candidate. */
const NEAR_FRAMES = 4;
/** Least openness of the unknown symbols, standard deviations of noise. */
const SCREEN_THRESHOLD = 4;
/** Least share of a candidate's energy that must lie in Manchester order. */
const ORDER_THRESHOLD = 0.35;
/** A channel carries one packet at a time: a candidate with less than this share of another's rank yields to it. */
const YIELDING_SHARE = 0.6;
/** Power of a candidate's order by which its rank is lowered: look-alikes inside strong packets lack order. */
const DISORDER_PENALTY = 4;
/** Share of a packet's length by which two may overlap. */
const HARMLESS_OVERLAP = 0.1;
/** Evidence for Manchester over random keying from which a burst rules out others in its time and channel, nats. */
const ESTABLISHED_NATS = 40;
/** Carriers nearer than this are one channel, Hz. */
const CHANNEL_HZ = 100e3;

/** A candidate whose whole packet has been looked at. */
interface Screened extends Chosen {
  readonly rank: number;
  /** It is no packet, but what is weaker in its place is even less of one. */
  readonly isContradicted: boolean;
}

/** A candidate that is worth tuning to, or is read already. */
export interface Chosen {
  readonly candidate: Candidate;
  /** Absent where it was in a better one's shadow. */
  readonly preview: Preview | undefined;
}

/**
 * Candidates between their sync word and their demodulation. Each waits until its packet is complete, is looked
 * at as a whole unless a far better one has been seen in its place, and waits again until everything that could
 * overlap it has been looked at too. Then of those that share a time and a channel the best go on: a strong
 * packet's inside is full of look-alikes, and to demodulate each of them would cost more than everything else.
 */
export class Shortlist {
  /** Candidates whose packet's energy did not bear out the sync word, since the start. */
  screenedOut = 0;
  readonly #geometry: Geometry;
  readonly #patterns: readonly SyncPattern[];
  readonly #screener: Screener;
  readonly #previewer: Previewer;
  readonly #observer: ShortlistObserver | undefined;
  readonly #longestSamples: number;
  readonly #bins: number;
  /** Bins that a channel reaches to either side: never less than what the chip rate takes. */
  readonly #channelBins: number;
  #waiting: Candidate[] = [];
  #screened: Screened[] = [];
  #established: Burst[] = [];

  constructor(
    geometry: Geometry,
    patterns: readonly SyncPattern[],
    noiseVariance: (width: number) => number,
    observer?: ShortlistObserver,
    loops?: ChipLoops,
  ) {
    this.#geometry = geometry;
    this.#patterns = patterns;
    const symbols = Math.max(...patterns.map(({ lengthSymbols }) => lengthSymbols));
    this.#longestSamples = 2 * symbols * geometry.samplesPerChip;
    this.#bins = geometry.fftSize;
    this.#channelBins = Math.max(CHANNEL_HZ / geometry.binHz, geometry.fftSize / geometry.samplesPerChip);
    this.#screener = new Screener(geometry.fftSize, patterns, noiseVariance, loops);
    this.#previewer = new Previewer(geometry, patterns, loops);
    this.#observer = observer;
  }

  clear(): void {
    this.#waiting = [];
    this.#screened = [];
    this.#established = [];
  }

  add(candidates: readonly Candidate[]): void {
    this.#waiting.push(...candidates);
  }

  /**
   * Looks at the packets that are complete.
   * @param completeTo frame up to which the spectrogram is known
   * @param column     column of a frame
   */
  screen(spectrogram: Spectrogram, completeTo: number, column: (frame: number) => number): void {
    const complete: Candidate[] = [];
    const waiting: Candidate[] = [];
    for (const one of this.#waiting) (this.#screenedEnd(one) <= completeTo ? complete : waiting).push(one);
    this.#waiting = waiting;
    // The best first: what they overshadow need not be looked at.
    complete.sort((a, b) => b.score - a.score || a.bin - b.bin || a.frame - b.frame);
    for (const candidate of complete) {
      const better = this.#overshadowing(candidate);
      const firstColumn = column(candidate.frame);
      if (better === undefined) this.#look(spectrogram, candidate, firstColumn);
      else if (this.#observer) {
        this.#observer.screened(candidate, this.#screener.screen(spectrogram, candidate, firstColumn), true);
        this.#observer.yielded(candidate, better.candidate);
      }
    }
  }

  #look(spectrogram: Spectrogram, candidate: Candidate, firstColumn: number): void {
    const seen = this.#screener.screen(spectrogram, candidate, firstColumn);
    const passed = seen.score >= SCREEN_THRESHOLD && seen.order >= ORDER_THRESHOLD;
    this.#observer?.screened(candidate, seen, passed);
    if (!passed) {
      this.screenedOut++;
      return;
    }
    const rank = seen.rank * Math.min(1, seen.order) ** DISORDER_PENALTY;
    const { isContradicted } = seen;
    const isShadowed = this.#screened.some((other) => this.#yields(candidate, rank, other));
    const isWorthIt = !isContradicted && !isShadowed;
    const preview = isWorthIt ? this.#previewer.look(spectrogram, candidate, firstColumn) : undefined;
    this.#screened.push({ candidate, rank, isContradicted, preview });
  }

  /**
   * Takes out the candidates that have met all their rivals and yield to none, best first.
   * @param screenedTo every candidate that begins before this frame has been looked at
   */
  take(screenedTo: number): Chosen[] {
    this.#screened.sort((a, b) => b.rank - a.rank);
    const kept: Screened[] = [];
    for (const one of this.#screened) {
      const better = kept.find((other) => this.#yields(one.candidate, one.rank, other));
      if (better === undefined) kept.push(one);
      else this.#observer?.yielded(one.candidate, better.candidate);
    }
    this.#screened = kept.filter(({ candidate }) => this.#end(candidate) >= screenedTo);
    return kept.filter(({ candidate, isContradicted }) => {
      if (this.#end(candidate) >= screenedTo) return false;
      if (isContradicted) {
        this.screenedOut++;
        this.#observer?.refused(candidate);
      }
      return !isContradicted;
    });
  }

  /** Whether one that has been taken is not worth tuning to. */
  refuses({ candidate, preview }: Chosen): boolean {
    if (preview === undefined || !this.#previewer.isHopeless(candidate.sync, preview)) return false;
    this.screenedOut++;
    this.#observer?.refused(candidate);
    return true;
  }

  /** Remembers a burst that is surely there. */
  establish(burst: Burst): void {
    if (burst.evidence > burst.keyingEvidence + ESTABLISHED_NATS) this.#established.push(burst);
    const oldest = burst.firstSample - 4 * this.#longestSamples;
    this.#established = this.#established.filter(({ firstSample }) => firstSample > oldest);
  }

  /**
   * The established burst within whose time and channel a packet would lie, if there is one. A longer packet may begin
   * like a shorter one, and contain others: it yields to none that is shorter.
   */
  holder(sync: number, firstSample: number, carrierHz: number): Burst | undefined {
    const length = 2 * this.#patterns[sync].lengthSymbols * this.#geometry.samplesPerChip;
    return this.#established.find(
      (burst) =>
        Math.abs(burst.carrierHz - carrierHz) < CHANNEL_HZ &&
        burst.lengthSamples > (1 - HARMLESS_OVERLAP) * length &&
        overlap(burst.firstSample, burst.lengthSamples, firstSample, length) > HARMLESS_OVERLAP * length,
    );
  }

  /** One that has been looked at already, and that a candidate would yield to whatever its packet looks like. */
  #overshadowing(candidate: Candidate): Screened | undefined {
    // A rank is no better than the sync word's eye, of which the score is the sum.
    const rank = candidate.score / Math.sqrt(this.#patterns[candidate.sync].sync.length / 2);
    for (const better of this.#screened) if (this.#yields(candidate, rank, better)) return better;
    return undefined;
  }

  /** Whether a candidate of some rank yields to a better one. */
  #yields(one: Candidate, rank: number, { rank: better, candidate: other }: Screened): boolean {
    if (rank > better) return false;
    const isSame = one.sync === other.sync && Math.abs(one.frame - other.frame) <= NEAR_FRAMES;
    if (!isSame && rank >= YIELDING_SHARE * better) return false;
    const apart = Math.abs(one.bin - other.bin);
    const distance = Math.min(apart, this.#bins - apart);
    if (distance > this.#channelBins && distance > (one.width + other.width) / 2) return false;
    if (isSame) return true;
    const length = this.#framesOf(one);
    const otherLength = this.#framesOf(other);
    const shared = overlap(one.frame, length, other.frame, otherLength);
    return shared > HARMLESS_OVERLAP * Math.min(length, otherLength);
  }

  #framesOf({ sync }: Candidate): number {
    return this.#patterns[sync].lengthSymbols * FRAMES_PER_SYMBOL;
  }

  /** Frame behind the last one of its packet, and behind the last one that is looked at. */
  #end(candidate: Candidate): number {
    return candidate.frame + this.#framesOf(candidate);
  }

  #screenedEnd(candidate: Candidate): number {
    return candidate.frame + Math.min(this.#framesOf(candidate), MOST_SYMBOLS * FRAMES_PER_SYMBOL);
  }
}

/** How much of two stretches is common to both. */
function overlap(firstA: number, lengthA: number, firstB: number, lengthB: number): number {
  return Math.min(firstA + lengthA, firstB + lengthB) - Math.max(firstA, firstB);
}

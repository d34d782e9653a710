import type { Burst } from './burst.js';
import { MOST_CHIPS, type Spread } from './chip-loops.js';
import type { Geometry } from './geometry.js';
import {
  areUndoubted,
  keyingEvidence,
  narrowLikelihood,
  packetEvidence,
  UNDOUBTED_NATS,
  undoubtedEvidence,
  undoubtedKeyingEvidence,
} from './likelihood.js';
import { LINE_CODES } from './line-code.js';

const CODE = LINE_CODES.manchester;

/** How sure a packet's chips are. */
export interface Judged extends Pick<Burst, 'snrDb' | 'evidence' | 'keyingEvidence'> {
  readonly isUndoubted: boolean;
}

/**
 * Likelihoods of chips as they stand in the spectrogram, summed over some bins: as of a packet on one carrier that shares its
 * channel with no noise but its own.
 */
export class PreviewJudge {
  readonly #geometry: Geometry;
  readonly #signs: readonly Float64Array[];
  readonly #energy = new Float64Array(MOST_CHIPS);
  readonly #on = new Float64Array(MOST_CHIPS);

  /** @param signs the sync words' symbols, +1 or −1 */
  constructor(geometry: Geometry, signs: readonly Float64Array[]) {
    this.#geometry = geometry;
    this.#signs = signs;
  }

  /** @param chips powers over the noise floor, summed over `width` bins */
  judge(sync: number, chips: Float32Array, symbols: number, width: number): Judged {
    const [energy, on] = [this.#energy, this.#on];
    const scale = this.#scaleOf(width);
    const noise = 1 - width * scale;
    let sum = 0;
    let apart = 0;
    for (let c = 0; c < 2 * symbols; c += 2) {
      const first = Math.max(0, noise + chips[c] * scale);
      const second = Math.max(0, noise + chips[c + 1] * scale);
      energy[c] = first;
      energy[c + 1] = second;
      sum += first + second;
      apart += Math.abs(first - second);
    }
    const level = Math.max(1, (sum - apart) / 2 / symbols);
    const gamma = apart / symbols / level;
    if (level > 1) for (let c = 0; c < 2 * symbols; c++) energy[c] /= level;
    narrowLikelihood(energy, 2 * symbols, gamma, on);
    return {
      isUndoubted: false,
      snrDb: 10 * Math.log10(gamma * level),
      evidence: packetEvidence(on, this.#signs[sync], symbols, CODE),
      keyingEvidence: keyingEvidence(on, 2 * symbols),
    };
  }

  /** What {@link judge} would say of chips of which so much is known already, where there is nothing to judge: the sync word among them. Else null. */
  undoubted(
    sync: number,
    { energy, apart, weakestOn, loudestOff }: Spread,
    symbols: number,
    width: number,
  ): Judged | null {
    const scale = this.#scaleOf(width);
    const noise = 1 - width * scale;
    const level = Math.max(1, noise + ((energy - apart) / 2 / symbols) * scale);
    const gamma = (apart * scale) / symbols / level;
    const on = (noise + weakestOn * scale) / level;
    const off = Math.max(0, noise + loudestOff * scale) / level;
    if (!areUndoubted(on, off, gamma)) return null;
    return {
      isUndoubted: true,
      snrDb: 10 * Math.log10(gamma * level),
      evidence: undoubtedEvidence(symbols, this.#signs[sync].length, CODE),
      keyingEvidence: undoubtedKeyingEvidence(symbols),
    };
  }

  /** Log-likelihood ratios of the symbols judged last. @param decided +1 or −1 each */
  soft({ isUndoubted }: Judged, decided: Float64Array, symbols: number): Float32Array {
    const on = this.#on;
    const soft = new Float32Array(symbols);
    if (isUndoubted) for (let i = 0; i < symbols; i++) soft[i] = UNDOUBTED_NATS * decided[i];
    else for (let i = 0; i < symbols; i++) soft[i] = on[2 * i] - on[2 * i + 1];
    return soft;
  }

  /** What a bin's power counts: bins that overlap see a chip's energy more than once, all of them together. */
  #scaleOf(width: number): number {
    const { samplesPerChip, fftSize } = this.#geometry;
    return Math.max(1 / width, samplesPerChip / fftSize);
  }
}

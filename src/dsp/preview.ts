import type { Burst } from './burst.js';
import { type Candidate, type SyncPattern, signsOf } from './detector.js';
import { peak, syncOpening } from './eye.js';
import type { Spectrogram } from './filterbank.js';
import { binFrequencyHz, type Geometry } from './geometry.js';
import { keyingEvidence, narrowLikelihood, packetEvidence } from './likelihood.js';
import { LINE_CODES } from './line-code.js';
import type { LinearCheck } from './linear-check.js';
import { PacketPowers } from './packet-powers.js';
import { PlainGather } from './plain-rows.js';
import { MOST_CHIPS, type RowLoops } from './rows.js';

/** On either side of a candidate its packet's middle is looked for so far, Hz: more, and a stronger neighbour pulls it. */
const BESIDE_HZ = 75e3;
/** A middle that is farther from where it was looked for than this is looked for once more from there, Hz. */
const NEAR_HZ = 28e3;
/**
 * Bins that are summed: eight hold nearly all of a packet's energy, of a free-running transmitter too; the fewer, the
 * less of its neighbours' and of noise.
 */
const WIDTHS = [8, 4, 2, 1] as const;
/** Evidence for its symbols over chips keyed at random that a packet is read with, nats; at most ln 2 a symbol can be had. */
const READ_NATS = 40;
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
    const { lengthSymbols, check } = this.#patterns[candidate.sync];
    const signs = this.#signs[candidate.sync];
    let middle = this.#middle(spectrogram, Math.round(candidate.bin), firstColumn, signs);
    const isNear = Math.abs(middle - candidate.bin) * this.#geometry.binHz <= NEAR_HZ;
    if (!isNear) middle = this.#middle(spectrogram, Math.round(middle), firstColumn, signs);
    const middleHz = this.#hzOf(candidate.bin, middle);
    const looked: Float64Array[] = [];
    if (check === undefined) return { middleHz, clear: null, chips: looked };
    for (const width of WIDTHS) {
      const lowest = Math.round(middle - (width - 1) / 2);
      const chips = this.#powers.gather(spectrogram, lowest, width, firstColumn, 0, 2 * lengthSymbols);
      if (agrees(chips, signs, check)) {
        const judged = this.#judge(candidate.sync, chips, lengthSymbols, width);
        if (judged.evidence >= judged.keyingEvidence + READ_NATS) {
          const soft = this.#soft(lengthSymbols);
          const startFrames = this.#start(spectrogram, lowest, width, firstColumn, signs);
          const burst = { ...judged, soft, carrierHz: middleHz };
          return { middleHz, clear: { burst, startFrames }, chips: [] };
        }
      }
      looked.push(chips.slice(0, 2 * lengthSymbols));
    }
    return { middleHz, clear: null, chips: looked };
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

  #soft(symbols: number): Float32Array {
    const soft = new Float32Array(symbols);
    for (let i = 0; i < symbols; i++) soft[i] = this.#on[2 * i] - this.#on[2 * i + 1];
    return soft;
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

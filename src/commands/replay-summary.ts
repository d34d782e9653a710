import type { ReceiverStats } from '../receiver/receiver.js';

/** Why candidates became no packet, in words. */
const REFUSALS: Readonly<Record<keyof ReceiverStats['refused'], string>> = {
  noise: 'no packet after the sync word',
  'line-code': 'not Manchester, or not its start',
  integrity: 'check failed or not sure enough',
  implausible: 'impossible fields',
  length: 'cut short',
  overload: 'too many at once',
};

/** What a replay came to, over all its files. */
export class ReplaySummary {
  readonly #meters = new Set<number>();
  readonly #refused = new Map<string, number>();
  readonly #foreign = new Map<string, number>();
  #streams = 0;
  #samples = 0;
  #seconds = 0;
  #elapsedSeconds = 0;
  #packets = 0;
  #echoes = 0;
  #candidates = 0;
  #lost = 0;
  #clipped = 0;

  packet(meterId: number): void {
    this.#packets++;
    this.#meters.add(meterId);
  }

  /** Adds one file. */
  stream(stats: ReceiverStats, sampleRateHz: number, elapsedSeconds: number): void {
    this.#streams++;
    this.#samples += stats.samples;
    this.#seconds += stats.samples / sampleRateHz;
    this.#elapsedSeconds += elapsedSeconds;
    this.#candidates += stats.candidates;
    this.#echoes += stats.echoes;
    this.#lost += stats.lostSamples;
    this.#clipped += stats.clippedSamples;
    for (const [reason, words] of Object.entries(REFUSALS)) {
      const count = stats.refused[reason as keyof typeof REFUSALS];
      this.#refused.set(words, (this.#refused.get(words) ?? 0) + count);
    }
    for (const [look, count] of Object.entries(stats.foreign)) {
      this.#foreign.set(look, (this.#foreign.get(look) ?? 0) + count);
    }
  }

  /** Nothing where nothing could be read. */
  text(): string {
    if (this.#streams === 0) return '';
    const speed = this.#seconds / Math.max(1e-3, this.#elapsedSeconds);
    const clipped = this.#samples === 0 ? 0 : (100 * this.#clipped) / this.#samples;
    const foreign = listed(this.#foreign);
    return [
      `${this.#samples} samples, ${this.#seconds.toFixed(3)} s of air, ${speed.toFixed(1)}× real time`,
      `${this.#packets} packets from ${this.#meters.size} meters`,
      `${this.#candidates} candidates; ${this.#echoes} repeated a packet; refused: ${listed(this.#refused) || 'none'}`,
      ...(foreign === '' ? [] : [`signals that are no packets: ${foreign}`]),
      `${this.#lost} samples lost, ${clipped.toFixed(2)} % clipped`,
      '',
    ].join('\n');
  }
}

function listed(counts: ReadonlyMap<string, number>): string {
  return [...counts]
    .filter(([, count]) => count > 0)
    .map(([words, count]) => `${count} ${words}`)
    .join(', ');
}

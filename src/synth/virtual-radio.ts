import { amplitudeFor } from './air.js';
import type { Band } from './band.js';
import { type Dongle, type DongleTuning, leftPpm, noiseRmsOf, PLUGGED_IN, tunedTo } from './dongle.js';
import { FastAir, PacketSound } from './fast-air.js';
import { FastNoise } from './fast-noise.js';
import { ForeignSound } from './foreign-sound.js';
import type { Interferer } from './interferer.js';
import { Random } from './random.js';
import { type Heard, heardBy, type Radio, type Sending } from './sending.js';
import { CHIP_RATE_HZ } from './transmitter.js';

/** A packet that a radio has received in full. */
export interface HeardPacket {
  readonly sending: Sending;
  /** Its first sample, and the one after its last, of all that the radio gave. */
  readonly firstSample: number;
  readonly endSample: number;
  /** Absolute carrier as the radio, believing its crystal, would tell it, Hz. */
  readonly carrierHz: number;
}

/** What is made at once at most: the crystal stays as it is for so long. */
const PART_SAMPLES = 65_536;
/** An edge of a packet begins a little before the packet, s. */
const EDGE_SECONDS = 1e-4;
/** Signals whose middle is nearer than this to the end of the window are cut off, Hz. */
const WINDOW_EDGE_HZ = 50e3;

/**
 * A dongle that listens to a {@link Band}: it gives the samples (cu8) of the window it is tuned to, one stretch of air
 * after the other, as fast as they are asked for. It knows no clock: its time is that of the band.
 */
export class VirtualRadio {
  /** Is told of each packet that was in the samples in full, undisturbed by tuning and gaps; in order of their end. */
  onHeard: ((packet: HeardPacket) => void) | null = null;
  readonly #band: Band;
  readonly #dongle: Dongle;
  #noise: FastNoise;
  #noiseRms: number;
  #noiseSeed: Random;
  #tuning: DongleTuning = PLUGGED_IN;
  #seconds: number;
  #samples = 0;
  #settledAt = 0;
  /** What is heard as it is tuned now, and its samples so far; null before the first of them. */
  #air: FastAir | null = null;
  #airSamples = 0;
  /** Up to where the band has been asked what begins, s. */
  #knownUntil = 0;
  #unfinished: HeardPacket[] = [];

  /**
   * @param seconds time of the band at which it begins to listen
   * @param seed    of its noise
   */
  constructor(band: Band, dongle: Dongle, seconds: number, seed: number) {
    this.#band = band;
    this.#dongle = dongle;
    this.#seconds = seconds;
    this.#noiseSeed = new Random(seed);
    this.#noiseRms = noiseRmsOf(dongle, this.#tuning);
    this.#noise = new FastNoise(this.#noiseRms, this.#noiseSeed.int32());
  }

  get tuning(): DongleTuning {
    return this.#tuning;
  }

  /** Time of the band at the next sample. */
  get seconds(): number {
    return this.#seconds;
  }

  /** Samples given so far. */
  get samples(): number {
    return this.#samples;
  }

  /** Sets the radio, which costs it the samples until it has settled. @returns what the hardware makes of it */
  tune(wanted: Partial<DongleTuning>): DongleTuning {
    const before = this.#tuning;
    const tuning = tunedTo(before, wanted);
    const { centerHz, sampleRateHz, ppm } = tuning;
    const moved = centerHz !== before.centerHz || sampleRateHz !== before.sampleRateHz || ppm !== before.ppm;
    if (!moved && tuning.gainDb === before.gainDb) return before;
    if (moved) this.#settledAt = this.#seconds + this.#dongle.settleSeconds;
    this.#tuning = tuning;
    this.#cut();
    const noiseRms = noiseRmsOf(this.#dongle, tuning);
    if (noiseRms !== this.#noiseRms) this.#noise = new FastNoise(noiseRms, this.#noiseSeed.int32());
    this.#noiseRms = noiseRms;
    return tuning;
  }

  /** How many samples there are from here to a time of the band, rounded down; 0 where it is past. */
  samplesUntil(seconds: number): number {
    return Math.max(0, Math.floor((seconds - this.#seconds) * this.#rateHz));
  }

  /** Lets so much air go by unheard. */
  skip(seconds: number): void {
    if (seconds <= 0) return;
    this.#seconds += seconds;
    this.#cut();
  }

  /** Fills `out` with the next samples. */
  receive(out: Uint8Array): void {
    for (let done = 0; done < out.length; ) {
      const most = Math.min(PART_SAMPLES, (out.length - done) / 2);
      const unsettled = Math.min(most, Math.ceil((this.#settledAt - this.#seconds) * this.#rateHz));
      const part = out.subarray(done, done + 2 * (unsettled > 0 ? unsettled : most));
      if (unsettled > 0) this.#noise.quiet(part);
      else this.#listen(part);
      this.#seconds += part.length / 2 / this.#rateHz;
      this.#samples += part.length / 2;
      done += part.length;
    }
    this.#tellHeard();
  }

  /** Samples that it takes in a second of true time. */
  get #rateHz(): number {
    return this.#tuning.sampleRateHz * (1 + this.#radio.ppm * 1e-6);
  }

  get #radio(): Radio {
    const { centerHz, sampleRateHz } = this.#tuning;
    const ppm = leftPpm(this.#dongle, this.#tuning, this.#seconds);
    return { centerHz, sampleRateHz, ppm, noiseRms: this.#noiseRms };
  }

  #listen(out: Uint8Array): void {
    const air = this.#air ?? this.#beginAir();
    const until = this.#seconds + out.length / 2 / this.#rateHz + EDGE_SECONDS;
    for (const sending of this.#band.sendings(this.#knownUntil, until)) this.#add(air, sending);
    for (const one of this.#band.interferers(this.#knownUntil, until)) this.#addInterferer(air, one);
    this.#knownUntil = until;
    air.next(out);
    this.#airSamples += out.length / 2;
  }

  /** What was not received in full by now never will be. */
  #cut(): void {
    this.#air = null;
    this.#unfinished = [];
  }

  /** What is on the air already is heard from the middle. */
  #beginAir(): FastAir {
    const air = new FastAir([], this.#noise);
    this.#air = air;
    this.#airSamples = 0;
    this.#knownUntil = this.#seconds;
    const { sendings, interferers } = this.#band.soundingAt(this.#seconds);
    for (const sending of sendings) this.#add(air, sending);
    for (const one of interferers) this.#addInterferer(air, one);
    return air;
  }

  #add(air: FastAir, sending: Sending): void {
    const heard = heardBy(this.#radio, { ...sending, seconds: sending.seconds - this.#seconds });
    if (heard === null) return;
    const { transmission, random } = heard.onAir;
    const startSample = transmission.startSample + this.#airSamples;
    const sound = new PacketSound({ transmission: { ...transmission, startSample }, random });
    if (sound.end <= this.#airSamples) return;
    air.begin(sound);
    if (heard.firstSample + this.#airSamples >= 0) this.#noteUnfinished(sending, heard);
  }

  #noteUnfinished(sending: Sending, { firstSample, endSample, carrierHz }: Heard): void {
    const at = this.#samples;
    this.#unfinished.push({
      sending,
      firstSample: at + firstSample,
      endSample: at + endSample,
      carrierHz,
    });
  }

  #addInterferer(air: FastAir, { kind, seconds, lengthSeconds, carrierHz, ebN0Db, seed }: Interferer): void {
    const { centerHz, sampleRateHz, ppm, noiseRms } = this.#radio;
    const offsetHz = carrierHz / (1 + ppm * 1e-6) - centerHz;
    if (Math.abs(offsetHz) > sampleRateHz / 2 - WINDOW_EDGE_HZ) return;
    const amplitude = amplitudeFor(ebN0Db, noiseRms, sampleRateHz / CHIP_RATE_HZ);
    const signal = { kind, sampleRateHz, carrierHz: offsetHz, amplitude };
    const from = Math.round((seconds - this.#seconds) * this.#rateHz);
    const samples = Math.round(lengthSeconds * this.#rateHz);
    const missed = Math.min(samples, Math.max(0, -from));
    const begin = this.#airSamples + from + missed;
    const sound = new ForeignSound(signal, new Random(seed), begin, samples - missed);
    sound.skip(missed);
    air.begin(sound);
  }

  #tellHeard(): void {
    const done = this.#unfinished.filter(({ endSample }) => endSample <= this.#samples);
    if (done.length === 0) return;
    this.#unfinished = this.#unfinished.filter(({ endSample }) => endSample > this.#samples);
    for (const packet of done) this.onHeard?.(packet);
  }
}

import { amplitudeFor, type OnAir } from './air.js';
import { chipsOf, type Message } from './message.js';
import { Random } from './random.js';
import { CHIP_RATE_HZ, type TransmitterClass } from './transmitter.js';

/** One packet as its endpoint sends it, whether or not anybody listens there. */
export interface Sending {
  readonly message: Message;
  readonly class: TransmitterClass;
  /** When its first chip begins, s of true time since the recording began. */
  readonly seconds: number;
  /** True frequency, Hz. */
  readonly carrierHz: number;
  /** Error of the chip clock, parts per million; a fast one sends shorter chips. */
  readonly chipPpm: number;
  /** Energy of one on-chip over the noise density where it is heard, dB. */
  readonly ebN0Db: number;
  /** Of what is random in the transmission. */
  readonly seed: number;
}

/** The receiver that hears it: how it is set, and how wrong it is. */
export interface Radio {
  readonly centerHz: number;
  readonly sampleRateHz: number;
  /** Error of the one crystal that tuner and sample clock run on, parts per million. */
  readonly ppm: number;
  /** Root mean square of its complex noise, I and Q together; full scale = 1. */
  readonly noiseRms: number;
}

/** A sending as one radio hears it. */
export interface Heard {
  readonly sending: Sending;
  readonly onAir: OnAir;
  /** First sample of the first chip, and the one after the last chip. */
  readonly firstSample: number;
  readonly endSample: number;
  /** Absolute carrier as the radio, believing its crystal, would tell it, Hz. */
  readonly carrierHz: number;
}

/** Carriers nearer than this to the end of the window are cut off, Hz. */
const WINDOW_EDGE_HZ = 50e3;

/** @returns null where the channel is outside the radio's window */
export function heardBy(radio: Radio, sending: Sending): Heard | null {
  const { centerHz, sampleRateHz } = radio;
  const crystal = 1 + radio.ppm * 1e-6;
  // A fast crystal tunes higher and takes more samples a second, both in proportion.
  const carrierHz = sending.carrierHz / crystal;
  if (Math.abs(carrierHz - centerHz) > sampleRateHz / 2 - WINDOW_EDGE_HZ) return null;
  const samplesPerChip = (sampleRateHz * crystal) / (CHIP_RATE_HZ * (1 + sending.chipPpm * 1e-6));
  const transmission = {
    class: sending.class,
    chips: chipsOf(sending.message),
    startSample: sending.seconds * sampleRateHz * crystal,
    samplesPerChip,
    carrierHz: carrierHz - centerHz,
    sampleRateHz,
    amplitude: amplitudeFor(sending.ebN0Db, radio.noiseRms, samplesPerChip),
  };
  return {
    sending,
    onAir: { transmission, random: new Random(sending.seed) },
    firstSample: Math.round(transmission.startSample),
    endSample: Math.ceil(transmission.startSample + transmission.chips.length * samplesPerChip),
    carrierHz,
  };
}

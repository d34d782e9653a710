/**
 * How the symbols of a burst were judged: read in the spectrogram where they are clear, or else by energies at one carrier,
 * energies over a band of carriers, or amplitudes along a phase that goes on through the whole packet.
 */
export type Demodulation = 'clear' | 'narrow' | 'wide' | 'coherent';

/** One transmission as soft symbols: what the demodulator hands to the decoder. */
export interface Burst {
  /** Which sync pattern was found: its index in the list the detector was given. */
  readonly sync: number;
  /** Log-likelihood ratio per symbol, float32 [lengthSymbols], sync word included; > 0 = on,off. */
  readonly soft: Float32Array;
  /** First sample of the first chip, in the stream. */
  readonly firstSample: number;
  readonly lengthSamples: number;
  /** Carrier relative to the tuned centre, Hz. */
  readonly carrierHz: number;
  /** Width over which the energy of a chip was gathered, Hz. */
  readonly bandwidthHz: number;
  /** Energy of one on-chip over the noise density, dB. */
  readonly snrDb: number;
  /** Noise in one chip's bandwidth around the carrier, dB of full scale. */
  readonly noiseDbfs: number;
  readonly demodulation: Demodulation;
  /** Log-likelihood of Manchester symbols with unknown bits, against noise alone; nats. */
  readonly evidence: number;
  /** Log-likelihood of chips keyed on and off at random, against noise alone; nats. */
  readonly keyingEvidence: number;
}

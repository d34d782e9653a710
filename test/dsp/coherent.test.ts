import { describe, expect, it } from 'vitest';
import { PhaseTracker } from '../../src/dsp/coherent.js';
import { narrowLikelihood, packetEvidence } from '../../src/dsp/likelihood.js';
import { LINE_CODES } from '../../src/dsp/line-code.js';
import { Random } from '../../src/synth/random.js';
import { randomDigits, SCM_SYNC } from './spectrogram.js';

const SYMBOLS = 96;
const CHIPS = 2 * SYMBOLS;
const SYNC = Float64Array.from(SCM_SYNC, (symbol) => (symbol === '1' ? 1 : -1));

/** Phase of the carrier, rad, at a time in symbols. */
type Phase = (time: number, random: Random) => number;

interface Sent {
  readonly symbols: string;
  readonly real: Float64Array;
  readonly imaginary: Float64Array;
}

/** Amplitudes of a packet's chips in noise of mean energy 1; on-chips have energy γ. */
function send(random: Random, gamma: number, phase: Phase): Sent {
  const symbols = SCM_SYNC + randomDigits(random, SYMBOLS - SYNC.length);
  const [real, imaginary] = [new Float64Array(CHIPS), new Float64Array(CHIPS)];
  for (let c = 0; c < CHIPS; c++) {
    const on = (symbols[c >> 1] === '1') === (c % 2 === 0);
    const amplitude = on ? Math.sqrt(gamma) : 0;
    const angle = phase(c / 2 + 0.25, random);
    real[c] = amplitude * Math.cos(angle) + random.gaussian() / Math.SQRT2;
    imaginary[c] = amplitude * Math.sin(angle) + random.gaussian() / Math.SQRT2;
  }
  return { symbols, real, imaginary };
}

function judge(sent: Sent, gamma: number): Float64Array {
  const on = new Float64Array(CHIPS);
  new PhaseTracker(SYNC, SYMBOLS).judge(sent.real, sent.imaginary, gamma, on);
  return on;
}

/** The same without phases. */
function judgeEnergies({ real, imaginary }: Sent, gamma: number): Float64Array {
  const on = new Float64Array(CHIPS);
  narrowLikelihood(
    real.map((re, c) => re * re + imaginary[c] ** 2),
    CHIPS,
    gamma,
    on,
  );
  return on;
}

function errors(on: Float64Array, symbols: string): number {
  let wrong = 0;
  for (let i = SYNC.length; i < SYMBOLS; i++) if (on[2 * i] > on[2 * i + 1] !== (symbols[i] === '1')) wrong++;
  return wrong;
}

/** Half a sine over the packet, as synthesised transmitters bend, at a frequency in turns a symbol. */
function bent(turns: number, bendRad: number): Phase {
  return (t) => 0.7 + 2 * Math.PI * turns * t + bendRad * Math.sin((Math.PI * t) / SYMBOLS);
}

describe('PhaseTracker', () => {
  it.each([
    [-0.4, 0.3],
    [-0.23, 0],
    [-0.1, 0.3],
    [0.0004, -0.3],
    [0.013, 0.3],
    [0.17, -0.3],
    [0.23, 0.3],
    [0.4, 0],
  ])('finds a phase that turns %f times a symbol and bends by %f rad', (turns, bend) => {
    const random = new Random(1);
    const gamma = 12;
    let [onChips, offChips] = [0, 0];
    for (let round = 0; round < 10; round++) {
      const sent = send(random, gamma, bent(turns, bend));
      const on = judge(sent, gamma);
      expect(errors(on, sent.symbols)).toBe(0);
      for (let i = 0; i < SYMBOLS; i++) {
        const first = sent.symbols[i] === '1';
        onChips += on[2 * i + (first ? 0 : 1)] / (10 * SYMBOLS);
        offChips += on[2 * i + (first ? 1 : 0)] / (10 * SYMBOLS);
      }
    }
    // An on-chip says 2√γ·√γ·cos(phase error) − γ = γ where the phase is right; an off-chip −γ.
    expect(onChips).toBeGreaterThan(0.88 * gamma);
    expect(onChips).toBeLessThan(1.1 * gamma);
    expect(offChips).toBeGreaterThan(-1.1 * gamma);
    expect(offChips).toBeLessThan(-0.9 * gamma);
  });

  it('follows a bend that no straight line comes near', () => {
    const random = new Random(7);
    const gamma = 12;
    let onChips = 0;
    for (let round = 0; round < 10; round++) {
      const sent = send(random, gamma, bent(0.05, 1.5));
      const on = judge(sent, gamma);
      for (let c = 0; c < CHIPS; c++) if (on[c] > 0) onChips += on[c] / (10 * SYMBOLS);
    }
    expect(onChips).toBeGreaterThan(0.95 * gamma);
  });

  it('halves the wrong symbols of weak packets, compared with their energies alone', () => {
    const random = new Random(2);
    const gamma = 4;
    let [coherent, energies] = [0, 0];
    for (let round = 0; round < 200; round++) {
      const sent = send(random, gamma, bent(random.uniform(-0.2, 0.2), random.uniform(-0.3, 0.3)));
      coherent += errors(judge(sent, gamma), sent.symbols);
      energies += errors(judgeEnergies(sent, gamma), sent.symbols);
    }
    // By the book: ½e^−γ/2 = 6.8 % of the symbols without phases.
    expect(energies / (200 * 75)).toBeGreaterThan(0.055);
    expect(energies / (200 * 75)).toBeLessThan(0.08);
    expect(coherent).toBeLessThan(0.5 * energies);
  });

  it.each([4, 10, 40])('has less evidence where every chip has a phase of its own, γ = %i', (gamma) => {
    const random = new Random(3);
    for (let round = 0; round < 100; round++) {
      const sent = send(random, gamma, (_time, r) => r.uniform(0, 2 * Math.PI));
      const coherent = packetEvidence(judge(sent, gamma), SYNC, SYMBOLS, LINE_CODES.manchester);
      expect(coherent).toBeLessThan(
        packetEvidence(judgeEnergies(sent, gamma), SYNC, SYMBOLS, LINE_CODES.manchester),
      );
    }
  });

  it('has more evidence where the phase goes on', () => {
    const random = new Random(4);
    for (let round = 0; round < 50; round++) {
      const sent = send(random, 6, bent(random.uniform(-0.2, 0.2), 0.2));
      const coherent = packetEvidence(judge(sent, 6), SYNC, SYMBOLS, LINE_CODES.manchester);
      expect(coherent).toBeGreaterThan(
        packetEvidence(judgeEnergies(sent, 6), SYNC, SYMBOLS, LINE_CODES.manchester) + 20,
      );
    }
  });

  it('gives numbers for silence and for noise', () => {
    const silence = { symbols: '', real: new Float64Array(CHIPS), imaginary: new Float64Array(CHIPS) };
    for (const value of judge(silence, 0.5)) expect(value).toBeCloseTo(-0.5, 9);
    const random = new Random(5);
    for (let round = 0; round < 50; round++) {
      for (const value of judge(
        send(random, 0, () => 0),
        3,
      ))
        expect(Math.abs(value)).toBeLessThanOrEqual(20);
    }
  });

  it('begins anew with every packet', () => {
    const random = new Random(6);
    const tracker = new PhaseTracker(SYNC, SYMBOLS);
    const [first, second] = [send(random, 8, bent(0.1, 0.3)), send(random, 8, bent(-0.2, -0.3))];
    const [after, alone] = [new Float64Array(CHIPS), judge(second, 8)];
    tracker.judge(first.real, first.imaginary, 8, after);
    tracker.judge(second.real, second.imaginary, 8, after);
    expect(after).toEqual(alone);
  });
});

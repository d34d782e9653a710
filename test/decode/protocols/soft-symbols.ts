import { existsSync, readFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { ParseResult } from '../../../src/decode/protocol.js';
import { Random } from '../../../src/synth/random.js';

/** Clear soft symbols: ±`nats` each. */
export function clear(bits: Uint8Array, nats = 8): Float32Array {
  return Float32Array.from(bits, (bit) => (bit === 1 ? nats : -nats));
}

/**
 * Symbols in Gaussian noise, as a coherent receiver hears them: the log-likelihood ratio of a chip has mean ±γ and
 * variance 2γ; that of a Manchester symbol, the difference of two, has twice of both.
 * @param gamma energy of an on-chip over the noise density
 */
export function noisy(bits: Uint8Array, gamma: number, chipsPerSymbol: 1 | 2, random: Random): Float32Array {
  const mean = chipsPerSymbol * gamma;
  return Float32Array.from(
    bits,
    (bit) => (bit === 1 ? mean : -mean) + Math.sqrt(2 * mean) * random.gaussian(),
  );
}

/** Feeds anything to a parser, and expects no more than that it answers. */
export function feedAnything(parse: (soft: Float32Array) => ParseResult, length: number): void {
  const random = new Random(4);
  for (let round = 0; round < 300; round++) {
    const scale = 10 ** random.uniform(-3, 3);
    const values = Float32Array.from({ length }, () => scale * random.gaussian());
    if (round % 10 === 0)
      values[random.below(length)] = [Number.NaN, Number.POSITIVE_INFINITY, 0][random.below(3)];
    if (round % 50 === 0) values.fill([0, Number.NaN, 1e30][random.below(3)]);
    const result = parse(values);
    if (!result.ok) continue;
    expect(result.meterId).toBeGreaterThan(0);
    expect(result.confidence).toBeGreaterThanOrEqual(0);
    expect(result.confidence).toBeLessThanOrEqual(1 + 1e-9);
    expect(result.bits.length).toBe(length);
  }
}

/** How many answers are right beside what their confidences let expect, in noise where about half are. */
export function calibration(
  parse: (soft: Float32Array) => ParseResult,
  heard: () => { readonly sent: Uint8Array; readonly soft: Float32Array },
  rounds: number,
): { answers: number; right: number; expected: number } {
  let [answers, right, expected] = [0, 0, 0];
  for (let round = 0; round < rounds; round++) {
    const { sent, soft } = heard();
    const result = parse(soft);
    if (!result.ok) continue;
    answers++;
    expected += result.confidence;
    if (result.bits.every((bit, i) => bit === sent[i])) right++;
  }
  return { answers, right, expected };
}

/** Published packets, one a line, of a list that is not part of the project; none where this machine has no such list. */
export function publishedPackets<T>(name: string): readonly T[] {
  const url = new URL(`../../../../shared/vectors/${name}.jsonl`, import.meta.url);
  if (!existsSync(url)) return [];
  return readFileSync(url, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

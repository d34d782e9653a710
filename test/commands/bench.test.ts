import { describe, expect, it } from 'vitest';
import { DONGLE, simulatedAir, WHOLE_BAND } from '../../src/commands/bench-measure.js';
import { runErtd } from '../../src/commands/program.js';
import { Decoder } from '../../src/decode/decoder.js';
import { PROTOCOLS } from '../../src/decode/protocols/index.js';
import { FrontEnd } from '../../src/dsp/front-end.js';
import { testContext } from './test-context.js';

async function bench(...args: string[]) {
  const context = testContext();
  const status = await runErtd(['bench', ...args], context);
  return { status, out: context.out(), err: context.err() };
}

describe('ertd bench', () => {
  it('gives every figure, for other programs', async () => {
    const { status, out, err } = await bench('--seconds', '0.05', '--output', 'json');
    expect({ status, err }).toEqual({ status: 0, err: '' });
    const { rows, stages, cores, memoryBytes } = JSON.parse(out);
    expect(rows.map(({ kernel }: { kernel: string }) => kernel)).toEqual([
      'simd',
      'simd',
      'reference',
      'simd',
    ]);
    for (const { samplesPerSecond } of rows) expect(samplesPerSecond).toBeGreaterThan(1000);
    expect(Object.values<number>(stages).every((nanoseconds) => nanoseconds >= 0)).toBe(true);
    expect(cores).toBeGreaterThan(0);
    expect(memoryBytes).toBeGreaterThan(1e6);
  });

  it('says in words what the figures mean', async () => {
    const { out } = await bench('--seconds', '0.05');
    expect(out).toMatch(/^2\.4 MS\/s cu8, 100 packets\/s +simd +[\d.]+ +[\d.]+ +[\d.]+ %$/m);
    expect(out).toMatch(/^(A dongle takes|A dongle at) .+\.$/m);
    expect(out).toMatch(/^The whole band \(12\.5 MS\/s\) .+\.$/m);
  });

  it('refuses a length of time that is none', async () => {
    const { status, err } = await bench('--seconds', 'long');
    expect(status).toBe(64);
    expect(err).toMatch(/"long" is not a number of seconds/);
  });
});

describe('simulated air', () => {
  it.each([
    [DONGLE, 100],
    [WHOLE_BAND, 200],
  ])('has about as many packets as asked for, %#', (window, perSecond) => {
    const seconds = 0.4;
    const frontEnd = new FrontEnd(window.sampleRateHz, window.format, PROTOCOLS);
    const decoder = new Decoder(PROTOCOLS, 0.995);
    const bursts = frontEnd.push(simulatedAir(window, perSecond, seconds));
    const packets = [
      ...decoder.decode(bursts, 0),
      ...decoder.decode(frontEnd.flush(0), Number.POSITIVE_INFINITY),
    ];
    expect(packets.length).toBeGreaterThan(0.6 * perSecond * seconds);
    expect(packets.length).toBeLessThan(1.4 * perSecond * seconds);
  });
});

import { expect, it } from 'vitest';
import { scm } from '../../src/decode/protocols/scm.js';
import { FrontEnd } from '../../src/dsp/front-end.js';
import { testAir, testFields } from './iq.js';

const RATE = 1e6;

function air(noiseSeed: number, firstId: number): Uint8Array {
  const packets = [0, 1, 2].map((i) => ({
    fields: testFields(firstId + i),
    seconds: 0.01 + 0.012 * i,
    carrierHz: -200e3 + 150e3 * i,
    ebN0Db: 20,
  }));
  return testAir(RATE, 0.06, packets, noiseSeed);
}

function receive(frontEnd: FrontEnd, bytes: Uint8Array) {
  const candidates = frontEnd.stats.candidates;
  const bursts = [...frontEnd.push(bytes), ...frontEnd.flush(0)];
  return { bursts, candidates: frontEnd.stats.candidates - candidates };
}

it.each(['simd', 'reference'] as const)('a front end that is reset is like a new one (%s)', (kernel) => {
  const expected = receive(new FrontEnd(RATE, 'cu8', [scm], 500, undefined, kernel), air(1, 10));
  expect(expected.bursts.length).toBeGreaterThanOrEqual(3);
  const used = new FrontEnd(RATE, 'cu8', [scm], 0, undefined, kernel);
  used.push(air(2, 20).fill(255, 0, 20_000));
  used.reset(500);
  expect(receive(used, air(1, 10))).toEqual(expected);
});

import { describe, expect, it } from 'vitest';
import { linearCheck } from '../../src/decode/linear-check.js';
import { encodeScm, scm } from '../../src/decode/protocols/scm.js';
import { encodeScmPlus, scmPlus } from '../../src/decode/protocols/scm-plus.js';
import type { LinearCheck } from '../../src/dsp/linear-check.js';
import { testFields } from '../dsp/iq.js';

function agrees({ contributions, sum }: LinearCheck, symbols: Uint8Array): boolean {
  let rest = sum;
  for (let i = 0; i < symbols.length; i++) if (symbols[i] === 1) rest ^= contributions[i];
  return rest === 0;
}

describe('linearCheck', () => {
  const packets = [
    ['SCM', scm.check!, encodeScm(testFields(20_000_815)), 16],
    ['SCM+', scmPlus.check!, encodeScmPlus({ id: 77, type: 0x9c, consumption: 4711, tamper: 0 }), 16],
  ] as const;

  it.each(packets)(
    'agrees with a packet of %s and with none that is wrong in up to three places',
    (_, check, packet, from) => {
      expect(check.contributions).toHaveLength(packet.length);
      expect(agrees(check, packet)).toBe(true);
      const places = packet.length - from;
      for (let a = 0; a < places; a++) {
        const wrong = packet.slice();
        for (const i of new Set([a, (7 * a + 3) % places, (31 * a + 11) % places])) {
          wrong[from + i] ^= 1;
          expect(agrees(check, wrong)).toBe(false);
        }
      }
    },
  );

  it('does not ask for symbols that the check does not cover', () => {
    for (const [, check, , from] of packets) {
      expect([...check.contributions.subarray(0, from)]).toEqual(new Array(from).fill(0));
    }
  });

  it('knows sums that are not zero', () => {
    const odd = linearCheck(4, (symbols) => symbols.reduce((sum, symbol) => sum ^ symbol, 1));
    expect(odd.sum).toBe(1);
    expect([...odd.contributions]).toEqual([1, 1, 1, 1]);
  });
});

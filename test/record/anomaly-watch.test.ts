import { expect, it } from 'vitest';
import type { Packet } from '../../src/decode/protocol.js';
import { AnomalyWatch } from '../../src/record/anomaly-watch.js';

function packet(change: Partial<Packet> = {}): Packet {
  return {
    protocol: 'SCM',
    meterId: 10_000_001,
    type: 7,
    consumption: 1000,
    fields: { tamperPhy: 0, tamperEnc: 1, relayed: false },
    ...change,
  } as Packet;
}

/** What is said of the second of two packets. */
function second(change: Partial<Packet>, first: Partial<Packet> = {}): string | null {
  const watch = new AnomalyWatch();
  expect(watch.look(packet(first))).toBeNull();
  return watch.look(packet(change));
}

it.each([
  ['a register that goes on', { consumption: 1001 }, null],
  ['a register that stands', {}, null],
  ['another meter', { meterId: 10_000_002, type: 12 }, null],
  ['another message of the same meter', { protocol: 'SCM+', consumption: 1 }, null],
  ['a register that began anew', { consumption: 3 }, null],
  ['a register that is not told', { consumption: null }, null],
  ['a relayed packet', { fields: { tamperPhy: 0, tamperEnc: 1, relayed: true } }, null],
  ['a register that ran backwards', { consumption: 990 }, 'consumption 1000 became 990'],
  ['another type', { type: 12 }, 'type 7 became 12'],
  ['a tamper counter', { fields: { tamperPhy: 0, tamperEnc: 2 } }, 'tamperEnc 1 became 2'],
])('%s', (_what, change, said) => {
  expect(second(change)).toBe(said);
});

it('forgets who was silent for longest', () => {
  const watch = new AnomalyWatch();
  watch.look(packet({ meterId: 1 }));
  watch.look(packet({ meterId: 2 }));
  watch.look(packet({ meterId: 1 }));
  for (let meterId = 3; meterId <= 10_001; meterId++) watch.look(packet({ meterId }));
  expect(watch.look(packet({ meterId: 2, type: 12 }))).toBeNull();
  expect(watch.look(packet({ meterId: 10_000, type: 12 }))).toBe('type 7 became 12');
});

import { describe, expect, it } from 'vitest';
import { endpointKeyOf } from '../../src/readings/endpoint.js';
import { Gate } from '../../src/readings/gate.js';
import type { OwnMeter } from '../../src/readings/own-meter.js';
import type { TimedReading } from '../../src/readings/reading.js';
import { ownMeter } from '../sinks/database-fixture.js';
import { HEARD_MS, scmReading } from '../sinks/reading-fixture.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** A packet of an electric meter of type 7, minutes after the first. */
function packet(minutes: number, consumption: number, given: Partial<TimedReading> = {}): TimedReading {
  return {
    ...scmReading({ id: 10_000_001, type: 7, commodity: 'electric', consumption, confidence: 0.999_99 }),
    timeMs: HEARD_MS + minutes * MINUTE_MS,
    ...given,
  };
}

const RELAYED = { tamperPhy: 0, tamperEnc: 0, relayed: true, checksum: 1 };
const TAMPERED = { tamperPhy: 1, tamperEnc: 0, relayed: false, checksum: 1 };

/** A meter that can count little, so that a fall is no small one. */
const SMALL = ownMeter(10_000_001, { maxPerHour: 100 });

/** A gate, and what it says of packets: the doubt, or the counts that are believed by each. */
function gate(own: OwnMeter | null = null) {
  const gate = new Gate();
  const role = { own, register: 'consumption' as const };
  const judge = (...packets: TimedReading[]) =>
    packets.map((one) => {
      const verdict = gate.judge(endpointKeyOf(one), one, role);
      if (verdict.doubt !== null) return verdict.doubt;
      return verdict.believed.flatMap(({ steps }) =>
        steps.map(
          ({ counts, totalCounts, beginsAnew }) => `${counts}/${totalCounts}${beginsAnew ? ' anew' : ''}`,
        ),
      );
    });
  return { gate, judge };
}

/** A gate that knows the meter to be at 1000 counts. */
function knowing(own: OwnMeter | null = null) {
  const test = gate(own);
  test.judge(packet(-2, 1000), packet(0, 1000));
  return test;
}

describe('a register that has rested', () => {
  it('is not taken to have been used meanwhile where it was heard to rest', () => {
    const night = (until: number, every: number) =>
      Array.from({ length: until / every }, (_, i) => packet((i + 1) * every, 1000));
    const spike = packet(10 * 60, 5096);
    const { judge } = knowing();
    judge(...night(9 * 60 + 58, 2));
    expect(judge(spike, packet(10 * 60 + 2, 1000), packet(10 * 60 + 4, 1003))).toEqual([
      'unusual',
      ['1000/0'],
      ['1003/3'],
    ]);
    // Where nobody heard it, it may well have been.
    expect(knowing().judge(spike)).toEqual([['5096/4096']]);
  });
});

describe('a new endpoint', () => {
  it('counts from its second packet that agrees', () => {
    const { judge } = gate();
    expect(judge(packet(0, 1000), packet(1, 1002), packet(2, 1003))).toEqual([
      'new',
      ['1000/0', '1002/2'],
      ['1003/3'],
    ]);
  });

  it('is not made by one transmission heard twice, nor by noise that has its ID', () => {
    const { judge } = gate();
    const copy = packet(0, 1000, { timeMs: HEARD_MS + 900 });
    expect(judge(packet(0, 1000), copy, packet(1, 9_000_000), packet(2, 1000, { type: 4 }))).toEqual([
      'new',
      'new',
      'new',
      'new',
    ]);
    expect(judge(packet(3, 1001))).toEqual([['1000/0', '1001/1']]);
  });

  it('counts at once where it is the user’s and the packet is sure', () => {
    const own = ownMeter(10_000_001);
    expect(gate(own).judge(packet(0, 1000))).toEqual([['1000/0']]);
    expect(gate(own).judge(packet(0, 1000, { confidence: 0.998 }))).toEqual(['new']);
    expect(gate(own).judge(packet(0, 1000, { fields: RELAYED }))).toEqual(['new']);
  });
});

describe('a packet that does not fit', () => {
  it.each([
    ['far', packet(1, 2_710_996)],
    ['type', packet(1, 1001, { type: 3 })],
    ['tamper', packet(1, 1001, { fields: TAMPERED })],
    ['relayed', packet(1, 1001, { fields: RELAYED })],
    ['unsure', packet(1, 1001, { confidence: 0.996 })],
    ['unusual', packet(1, 1500)],
  ])('waits as %s, and is wrong when the next one is as before', (doubt, wrong) => {
    const { gate, judge } = knowing();
    expect(judge(wrong)).toEqual([doubt]);
    expect(gate.quarantine.size).toBe(1);
    expect(judge(packet(2, 1001, { consumption: 1002 }))).toEqual([['1002/2']]);
    expect(gate.quarantine.size).toBe(0);
    const agreed = ['relayed', 'unsure'].includes(doubt);
    expect(gate.quarantine.takeClosed().at(-1)).toMatchObject({
      outcome: agreed ? 'confirmed' : 'contradicted',
    });
  });

  it('waits as fell, and is wrong when the next one is as before', () => {
    const { gate, judge } = knowing(SMALL);
    expect(judge(packet(1, 10), packet(2, 1002))).toEqual(['fell', ['1002/2']]);
    expect(gate.quarantine.takeClosed().at(-1)).toMatchObject({ outcome: 'contradicted' });
  });

  it('is believed with one that agrees, in order', () => {
    expect(knowing().judge(packet(1, 1500), packet(2, 1510))).toEqual(['unusual', ['1500/500', '1510/510']]);
    const tampered = [1, 2].map((minutes) => packet(minutes, 1001, { fields: TAMPERED }));
    expect(knowing().judge(...tampered)).toEqual(['tamper', ['1001/1', '1001/1']]);
    const relayed = [1, 2, 3].map((minutes) => packet(minutes, 1000 + minutes, { fields: RELAYED }));
    expect(knowing().judge(...relayed)).toEqual(['relayed', ['1001/1', '1002/2'], 'relayed']);
  });

  it('takes two more where the register began anew, and its total goes on', () => {
    const { judge } = knowing();
    expect(judge(packet(1, 1005))).toEqual([['1005/5']]);
    const exchanged = [10, 11, 12].map((minutes) => packet(minutes, 500_000 + minutes));
    expect(judge(...exchanged)).toEqual(['far', 'far', ['500010/5 anew', '500011/6', '500012/7']]);
  });

  it('does not keep out a register that was put back by little: its total waits for it', () => {
    const { judge } = knowing();
    const back = [1, 2, 3].map((minutes) => packet(minutes, 980));
    expect(judge(...back)).toEqual(['fell', 'fell', ['980/0', '980/0', '980/0']]);
    expect(judge(packet(30, 999), packet(60, 1005))).toEqual([['999/0'], ['1005/5']]);
  });

  it('is believed when its user says so', () => {
    const { gate, judge } = knowing(SMALL);
    expect(judge(packet(1, 7))).toEqual(['fell']);
    const [suspect] = gate.quarantine.of('ert-10000001');
    expect(gate.accept(suspect, { own: SMALL, register: 'consumption' })).toMatchObject([
      { steps: [{ counts: 7, beginsAnew: true }] },
    ]);
    expect(judge(packet(2, 8))).toEqual([['8/1']]);
  });
});

describe('a register', () => {
  it('wraps where its protocol or its user says', () => {
    const seven = gate();
    const last = 9_999_990;
    expect(seven.judge(packet(0, last), packet(1, last), packet(2, 4))).toEqual([
      'new',
      [`${last}/0`, `${last}/0`],
      ['4/14'],
    ]);
    const gas = (minutes: number, counts: number) => packet(minutes, counts, { type: 12, commodity: 'gas' });
    expect(
      gate()
        .judge(gas(0, 2 ** 24 - 2), gas(1, 2 ** 24 - 2), gas(2, 3))
        .at(-1),
    ).toEqual(['3/5']);
    const five = gate(ownMeter(10_000_001, { modulus: 100_000 }));
    expect(five.judge(gas(0, 99_999), gas(1, 1))).toEqual([['99999/0'], ['1/2']]);
  });

  it('of fewer digits than its field rolls over once a second packet says so', () => {
    const gas = (minutes: number, counts: number) => packet(minutes, counts, { type: 12, commodity: 'gas' });
    const { judge } = gate();
    judge(gas(0, 999_998), gas(1, 999_998));
    expect(judge(gas(2, 1), gas(3, 2))).toEqual(['rollover', ['1/3', '2/4']]);
  });

  it('is one for SCM and IDM, which tells how it was some minutes ago', () => {
    const { judge } = knowing();
    const fields = { tamperCounters: [0, 0, 0, 3, 1, 0], transmitTimeOffset: 3200, intervals: [] };
    const idm = packet(4, 1010, { protocol: 'IDM', type: 23, fields });
    expect(judge(packet(3, 1020), idm, packet(5, 1025))).toEqual([['1020/20'], ['1010/10'], ['1025/25']]);
  });

  it('may go on after a long silence by what its service carries, not by more', () => {
    const silent = 100 * HOUR_MS;
    const later = (counts: number) => packet(0, counts, { timeMs: HEARD_MS + silent });
    expect(knowing().judge(later(9000))).toEqual([['9000/8000']]);
    expect(knowing().judge(later(600_000))).toEqual(['unusual']);
    expect(knowing().judge(later(2_000_000))).toEqual(['far']);
    const small = ownMeter(10_000_001, { maxPerHour: 10 });
    expect(knowing(small).judge(later(9000))).toEqual(['far']);
  });
});

describe('what anybody may send', () => {
  it('is remembered within bounds', () => {
    const { gate, judge } = knowing();
    for (let i = 0; i < 50; i++) judge(packet(i, (i * 7_919_317) % 9_000_000, { type: i % 2 ? 7 : 4 }));
    expect(gate.quarantine.of('ert-10000001').length).toBeLessThanOrEqual(5);
    for (let id = 1; id <= 12_000; id++) judge(packet(0, 1, { id }));
    expect(gate.quarantine.size).toBeLessThanOrEqual(5000);
    gate.expire(HEARD_MS + 100 * 24 * HOUR_MS);
    expect(gate.quarantine.size).toBe(0);
  });
});

import { describe, expect, it } from 'vitest';
import { scm } from '../../src/decode/protocols/scm.js';
import { FrontEnd } from '../../src/dsp/front-end.js';
import { CHIP_RATE_HZ } from '../../src/synth/transmitter.js';
import { hear, idsOf } from './hearing.js';
import { type TestPacket, testAir, testFields } from './iq.js';

const RATE = 2_359_296;
const PACKET_S = 192 / CHIP_RATE_HZ;

function packet(overrides: Partial<TestPacket>): TestPacket {
  return { fields: testFields(10_000_001), seconds: 0.01, carrierHz: 250e3, ebN0Db: 15, ...overrides };
}

describe('FrontEnd', () => {
  it('finds packets of every class, on both sides of the centre, at the right sample and carrier', () => {
    const packets = (['P', 'F', 'G'] as const).flatMap((kind, i) => [
      packet({
        class: kind,
        seconds: 0.01 + 0.02 * i,
        carrierHz: 250e3 + 200e3 * i,
        fields: testFields(1 + i),
      }),
      packet({
        class: kind,
        seconds: 0.0213 + 0.02 * i,
        carrierHz: -1e6 + 300e3 * i,
        fields: testFields(11 + i),
      }),
    ]);
    const heard = hear(testAir(RATE, 0.08, packets), RATE);
    expect(idsOf(heard)).toEqual(packets.map(({ fields }) => fields.id));
    heard.packets.forEach((one, i) => {
      const sent = packets[i];
      expect(Math.abs(one.firstSample - sent.seconds * RATE)).toBeLessThan(0.3 * 72);
      expect(Math.abs(one.carrierHz - sent.carrierHz)).toBeLessThan(sent.class === 'P' ? 1500 : 15e3);
      expect(Math.abs(one.snrDb - 15)).toBeLessThan(4);
      expect(one.consumption).toBe(sent.fields.consumption);
    });
    expect(heard.frontEnd.samples).toBe(Math.round(0.08 * RATE));
    expect(heard.frontEnd.clippedSamples).toBe(0);
    expect(heard.frontEnd.overflow).toBe(0);
  });

  it('finds the same bursts whatever the sizes of the blocks', () => {
    const air = testAir(RATE, 0.03, [
      packet({ class: 'F' }),
      packet({ seconds: 0.013, carrierHz: -600e3, ebN0Db: 10, fields: testFields(2) }),
    ]);
    const whole = hear(air, RATE);
    expect(idsOf(whole)).toEqual([10_000_001, 2]);
    for (const blockSamples of [1, 997, 16_384, 18_432, 50_000]) {
      const cut = hear(air, RATE, { blockSamples });
      expect(cut.bursts, `in blocks of ${blockSamples}`).toEqual(whole.bursts);
      expect(cut.frontEnd).toEqual(whole.frontEnd);
    }
  });

  it('promises no more than it keeps: later bursts begin after the sample that it has searched to', () => {
    const packets = Array.from({ length: 8 }, (_, i) =>
      packet({ seconds: 0.004 + 0.009 * i, carrierHz: (i - 4) * 250e3, fields: testFields(i + 1) }),
    );
    const air = testAir(RATE, 0.09, packets);
    const frontEnd = new FrontEnd(RATE, 'cu8', [scm]);
    let before = Number.NEGATIVE_INFINITY;
    let found = 0;
    for (let at = 0; at < air.length; at += 20_000) {
      const bursts = frontEnd.push(air.subarray(at, at + 20_000));
      // The start of a burst is refined by less than a chip.
      for (const burst of bursts) expect(burst.firstSample).toBeGreaterThan(before - 72);
      expect(frontEnd.searchedTo).toBeGreaterThanOrEqual(before);
      // What is on air now is still to come.
      expect(frontEnd.searchedTo).toBeLessThan(at / 2 + 10_000);
      before = frontEnd.searchedTo;
      found += bursts.length;
    }
    expect(found).toBeGreaterThanOrEqual(5);
    expect(before).toBeGreaterThan(0.05 * RATE);
  });

  it('finds a packet on the first samples and one on the last', () => {
    const first = packet({ seconds: 0 });
    const last = packet({ seconds: 0.04 - PACKET_S, carrierHz: -300e3, fields: testFields(2) });
    const heard = hear(testAir(RATE, 0.04, [first, last]), RATE);
    expect(idsOf(heard)).toEqual([10_000_001, 2]);
    expect(Math.abs(heard.packets[0].firstSample)).toBeLessThan(15);
  });

  it('finds a packet that fills the recording, at every strength', () => {
    for (const ebN0Db of [13, 20, 30]) {
      const air = testAir(RATE, PACKET_S, [packet({ seconds: 0, ebN0Db })]);
      expect(idsOf(hear(air, RATE)), `at ${ebN0Db} dB`).toEqual([10_000_001]);
    }
  });

  it('gives no packet for one that is cut at either end', () => {
    for (const seconds of [-0.2 * PACKET_S, 0.03 - 0.8 * PACKET_S]) {
      expect(idsOf(hear(testAir(RATE, 0.03, [packet({ seconds, ebN0Db: 25 })]), RATE))).toEqual([]);
    }
  });

  it('counts samples from where it is told that the stream begins', () => {
    const air = testAir(RATE, 0.03, [packet({})]);
    const [one] = hear(air, RATE).packets;
    const [other] = hear(air, RATE, { firstSample: 1_000_000_000 }).packets;
    expect(other.firstSample).toBe(one.firstSample + 1_000_000_000);
    expect(other.bits).toEqual(one.bits);
  });

  it('hears nothing in no samples at all', () => {
    const heard = hear(new Uint8Array(0), RATE);
    expect(heard.bursts).toEqual([]);
    expect(heard.frontEnd.samples).toBe(0);
  });
});

describe('FrontEnd, where samples are lost', () => {
  const air = testAir(RATE, 0.05, [
    packet({ seconds: 0.005 }),
    packet({ seconds: 0.02, carrierHz: -400e3, fields: testFields(2) }),
    packet({ seconds: 0.034, carrierHz: 600e3, fields: testFields(3) }),
  ]);
  const at = (seconds: number): number => 2 * Math.round(seconds * RATE);

  /** Ids and first samples of the packets before and after a gap from one time to another. */
  function acrossGap(from: number, to: number): [id: number, seconds: number][] {
    const frontEnd = new FrontEnd(RATE, 'cu8', [scm]);
    const bursts = [
      ...frontEnd.push(air.subarray(0, at(from))),
      ...frontEnd.flush(at(to) / 2),
      ...frontEnd.push(air.subarray(at(to))),
      ...frontEnd.flush(air.length / 2),
    ];
    return bursts.flatMap((burst) => {
      const result = scm.parse(burst.soft);
      return result.ok && result.confidence > 0.99 ? [[result.meterId, burst.firstSample / RATE]] : [];
    });
  }

  it('gives what was complete before the gap, and finds what comes after it in its place', () => {
    const heard = acrossGap(0.013, 0.031);
    expect(heard.map(([id]) => id)).toEqual([10_000_001, 3]);
    expect(heard[0][1]).toBeCloseTo(0.005, 4);
    expect(heard[1][1]).toBeCloseTo(0.034, 4);
  });

  it('gives no packet that the gap cut, and no second one of those before it', () => {
    expect(acrossGap(0.0225, 0.0226).map(([id]) => id)).toEqual([10_000_001, 3]);
  });

  it('finds packets that touch the gap on either side', () => {
    expect(acrossGap(0.005 + PACKET_S, 0.02).map(([id]) => id)).toEqual([10_000_001, 2, 3]);
  });

  it('begins anew where it is told to, be it before what it has heard', () => {
    const frontEnd = new FrontEnd(RATE, 'cu8', [scm]);
    const once = [...frontEnd.push(air), ...frontEnd.flush(0)].map(({ firstSample }) => firstSample);
    const again = [...frontEnd.push(air), ...frontEnd.flush(0)].map(({ firstSample }) => firstSample);
    expect(once.length).toBeGreaterThanOrEqual(3);
    expect(again.length).toBeGreaterThanOrEqual(3);
    for (const seconds of [0.005, 0.02, 0.034]) {
      const near = again.filter((sample) => Math.abs(sample - seconds * RATE) < 20);
      expect(near, `at ${seconds} s`).toHaveLength(1);
    }
  });

  it('keeps what it knows of the noise, and follows from there', () => {
    const frontEnd = new FrontEnd(RATE, 'cu8', [scm]);
    frontEnd.push(air);
    frontEnd.flush(0);
    // The same air, 6 dB quieter.
    const quieter = air.map((byte) => 127.5 + 0.5 * (byte - 127.5));
    const [burst] = [...frontEnd.push(quieter.subarray(at(0.019))), ...frontEnd.flush(0)];
    // Noise of 10 steps in the bandwidth of one of 72 chips: −40.7 dB of full scale.
    expect(burst.noiseDbfs).toBeGreaterThan(-44);
    expect(burst.noiseDbfs).toBeLessThan(-40);
  });
});

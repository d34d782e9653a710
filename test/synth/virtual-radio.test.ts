import { describe, expect, it } from 'vitest';
import type { Band } from '../../src/synth/band.js';
import type { Dongle } from '../../src/synth/dongle.js';
import { saidIn } from '../../src/synth/message.js';
import { type HeardPacket, VirtualRadio } from '../../src/synth/virtual-radio.js';
import { DONGLE, packetsIn, streetBand, WINDOW } from './band-fixture.js';

interface Listened {
  readonly bytes: Uint8Array;
  readonly heard: HeardPacket[];
  readonly radio: VirtualRadio;
}

/** Listens for a while, in blocks of odd lengths. */
function listen(band: Band, seconds: number, dongle: Partial<Dongle> = {}, from = 0): Listened {
  const radio = new VirtualRadio(band, { ...DONGLE, ...dongle }, from, 7);
  const heard: HeardPacket[] = [];
  radio.onHeard = (packet) => heard.push(packet);
  radio.tune(WINDOW);
  const bytes = new Uint8Array(2 * radio.samplesUntil(from + seconds));
  for (let at = 0; at < bytes.length; at += 30_002) radio.receive(bytes.subarray(at, at + 30_002));
  return { bytes, heard, radio };
}

const keyOf = (id: number, consumption: number) => `${id} ${consumption}`;
const sentKeys = (heard: readonly HeardPacket[]) =>
  heard
    .map(({ sending }) => saidIn(sending.message))
    .map(({ id, consumption }) => keyOf(id, Number(consumption)))
    .sort();

async function heardKeys(bytes: Uint8Array): Promise<string[]> {
  return (await packetsIn(bytes))
    .map(({ meterId, consumption }) => keyOf(meterId, Number(consumption)))
    .sort();
}

function powerOf(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte) => sum + (byte - 127.5) ** 2, 0) / bytes.length;
}

describe('VirtualRadio', () => {
  it('gives the packets of the channels in its window, and tells which', async () => {
    const { bytes, heard } = listen(streetBand(), 1.5);
    expect(heard.length).toBeGreaterThan(5);
    expect(await heardKeys(bytes)).toEqual(sentKeys(heard));
  });

  it('tells where in its samples a packet lies', async () => {
    const { bytes, heard } = listen(streetBand(), 1, { ppm: 40 });
    const packets = await packetsIn(bytes);
    const found = heard.flatMap(({ sending, firstSample, carrierHz }) => {
      const packet = packets.find(
        (one) => one.meterId === sending.message.fields.id && Math.abs(one.firstSample - firstSample) < 40,
      );
      return packet === undefined ? [] : [WINDOW.centerHz + packet.carrierHz - carrierHz];
    });
    // Two may have met on one channel.
    expect(found.length).toBeGreaterThan(heard.length - 3);
    // The carrier of a free-running transmitter has no middle that could be told better.
    expect(Math.max(...found.map(Math.abs))).toBeLessThan(20e3);
  });

  it('gives the same bytes for the same band and seed', () => {
    const first = listen(streetBand(), 0.3);
    expect(Buffer.compare(listen(streetBand(), 0.3).bytes, first.bytes)).toBe(0);
  });

  it('hears the same whenever it begins to listen, but for what it missed', () => {
    const band = streetBand();
    const all = listen(band, 3).heard;
    const late = listen(band, 1, {}, 2).heard;
    const expected = all.filter(({ sending }) => sending.seconds > 2.02);
    expect(sentKeys(late)).toEqual(sentKeys(expected));
    // Back to what is long ago.
    listen(band, 0.1, {}, 500);
    expect(sentKeys(listen(band, 3).heard)).toEqual(sentKeys(all));
  });

  it('lets several hear the same air, each where it is tuned to', async () => {
    const band = streetBand();
    const [one, other] = [1, 2].map((seed) => new VirtualRadio(band, DONGLE, 0, seed));
    const heard: HeardPacket[][] = [[], []];
    one.onHeard = (packet) => heard[0].push(packet);
    other.onHeard = (packet) => heard[1].push(packet);
    one.tune(WINDOW);
    other.tune({ ...WINDOW, centerHz: WINDOW.centerHz + 400_000 });
    for (let i = 0; i < 20; i++) for (const radio of [one, other]) radio.receive(new Uint8Array(204_800));
    const keys = heard.map(sentKeys);
    const both = keys[0].filter((key) => keys[1].includes(key));
    expect(both.length).toBeGreaterThan(3);
    expect(keys.every((each) => each.length > both.length)).toBe(true);
  });

  it('loses what is on the air while it is tuned, and hears the rest from the middle', () => {
    const band = streetBand({ meters: 400 });
    const radio = new VirtualRadio(band, DONGLE, 0, 1);
    const heard: HeardPacket[] = [];
    radio.onHeard = (packet) => heard.push(packet);
    radio.tune(WINDOW);
    radio.receive(new Uint8Array(2 * 512_000));
    radio.tune({ centerHz: 916e6 });
    const tunedAt = radio.seconds;
    const settling = new Uint8Array(2 * Math.floor(0.02 * WINDOW.sampleRateHz));
    radio.receive(settling);
    expect(powerOf(settling)).toBeCloseTo((0.05 * 127.5) ** 2 * (1_024_000 / 2_359_296) * 0.5, -1);
    radio.receive(new Uint8Array(2 * 512_000));
    const between = heard.filter(({ sending }) => Math.abs(sending.seconds - tunedAt) < 0.0058);
    expect(between).toEqual([]);
    expect(heard.some(({ carrierHz }) => carrierHz > 915e6)).toBe(true);
    const late = heard.filter(({ sending }) => sending.seconds > tunedAt);
    expect(
      late.every(({ sending, carrierHz }) => sending.seconds > tunedAt + 0.02 && carrierHz > 915e6),
    ).toBe(true);
  });

  it('is louder with more gain, deaf with none, and takes the nearest that its tuner has', () => {
    const radio = new VirtualRadio(streetBand({ meters: 0 }), DONGLE, 0, 1);
    const noiseAt = (gainDb: number | 'auto') => {
      radio.tune({ ...WINDOW, gainDb });
      radio.receive(new Uint8Array(100_000)); // settled
      const bytes = new Uint8Array(200_000);
      radio.receive(bytes);
      return powerOf(bytes);
    };
    expect(noiseAt(49.6) / noiseAt(44)).toBeCloseTo(10 ** ((49.6 - 43.9) / 10), 0);
    expect(radio.tuning.gainDb).toBe(43.9);
    expect(noiseAt('auto')).toBeCloseTo(noiseAt(40), 0);
    expect(noiseAt(0)).toBeLessThan(0.26);
  });

  it('ignores what its hardware does not have', () => {
    const radio = new VirtualRadio(streetBand({ meters: 0 }), DONGLE, 0, 1);
    radio.tune(WINDOW);
    expect(radio.tune({ sampleRateHz: 20e6, centerHz: 5e9 })).toMatchObject(WINDOW);
  });

  it('takes its samples and tunes by a crystal that can be corrected', () => {
    const carrierOf = (ppm: number, correction: number) => {
      const radio = new VirtualRadio(streetBand(), { ...DONGLE, ppm }, 0, 1);
      const heard: HeardPacket[] = [];
      radio.onHeard = (packet) => heard.push(packet);
      radio.tune({ ...WINDOW, ppm: correction });
      radio.receive(new Uint8Array(2 * 1_024_000));
      return { carrierHz: heard[0].carrierHz, seconds: radio.seconds };
    };
    const right = carrierOf(0, 0);
    expect(carrierOf(50, 0).carrierHz - right.carrierHz).toBeCloseTo(-45_600, -3);
    expect(carrierOf(50, 0).seconds).toBeCloseTo(right.seconds / (1 + 50e-6), 7);
    expect(carrierOf(50, 50)).toEqual(right);
  });

  it('lets carriers wander and the crystal drift', () => {
    const at = (seconds: number, dongle: Partial<Dongle>, wanderHz: number) => {
      const band = streetBand({ meters: 60, class: 'P' }, { wanderHz });
      return listen(band, 1, dongle, seconds).heard.map(({ carrierHz }) => carrierHz);
    };
    const still = at(150, {}, 0);
    expect(at(150, { driftPpm: 10 }, 0)[0] - still[0]).toBeCloseTo(-9126, -2);
    const wandered = at(150, {}, 5000).map((hz, i) => Math.abs(hz - still[i]));
    expect(Math.max(...wandered)).toBeLessThanOrEqual(5000);
    expect(Math.max(...wandered)).toBeGreaterThan(1000);
  });

  it('has signals of other systems, that are the same for all and no packets', async () => {
    const band = streetBand({ meters: 0 }, { interferersPerSecond: 300 });
    const { bytes } = listen(band, 1);
    expect(powerOf(bytes)).toBeGreaterThan(1.5 * powerOf(listen(streetBand({ meters: 0 }), 1).bytes));
    expect(await packetsIn(bytes)).toEqual([]);
    const energyAt = (from: number) => powerOf(listen(band, 0.05, {}, from).bytes.subarray(60_000));
    expect(energyAt(0.5) / powerOf(bytes.subarray(1_084_000, 1_126_400))).toBeCloseTo(1, 0);
  });
});

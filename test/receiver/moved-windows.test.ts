import { expect, it } from 'vitest';
import { PROTOCOLS } from '../../src/decode/protocols/index.js';
import { Receiver } from '../../src/receiver/receiver.js';
import type { SampleBlock } from '../../src/sources/source.js';
import { VirtualRadio } from '../../src/synth/virtual-radio.js';
import { DONGLE, streetBand, WINDOW } from '../synth/band-fixture.js';
import { FakeSource } from './fake-source.js';

const BLOCK = 16_384;
const TUNING = { ...WINDOW, gainDb: 40.2, ppm: 0 } as const;
const CENTERS_HZ = [WINDOW.centerHz, 916.4e6, 920.3e6];

/** A second of each window, with what a radio gives while it settles left out; and what could be heard in full. */
function windows(): { blocks: SampleBlock[]; heard: { id: number; carrierHz: number; at: number }[] } {
  const radio = new VirtualRadio(streetBand({ periodSeconds: { least: 0.2, most: 0.4 } }), DONGLE, 0, 1);
  const heard: { id: number; carrierHz: number; at: number }[] = [];
  const blocks: SampleBlock[] = [];
  let blankedTo = 0;
  radio.onHeard = ({ sending, carrierHz, firstSample }) => {
    if (firstSample >= blankedTo) heard.push({ id: sending.message.fields.id, carrierHz, at: firstSample });
  };
  for (const [index, centerHz] of CENTERS_HZ.entries()) {
    radio.tune({ ...TUNING, centerHz });
    const blankedSamples = index === 0 ? 0 : 2 * BLOCK;
    radio.receive(new Uint8Array(2 * blankedSamples));
    blankedTo = radio.samples;
    for (let i = 0; i < 60; i++) {
      const firstSample = radio.samples;
      const bytes = new Uint8Array(2 * BLOCK);
      radio.receive(bytes);
      const moved = i === 0 && index > 0 ? { moved: { centerHz, blankedSamples } } : {};
      blocks.push({ bytes, format: 'cu8', firstSample, timeMs: null, ...moved });
    }
  }
  return { blocks, heard };
}

it.each([undefined, 1, 2])(
  'tells packets by the window they were heard in (threads: %s)',
  async (threads) => {
    const { blocks, heard } = windows();
    const protocols = PROTOCOLS.filter(({ name }) => name === 'SCM');
    const receiver = new Receiver(new FakeSource(blocks, TUNING), {
      protocols,
      minConfidence: 0.995,
      threads,
    });
    await receiver.open(TUNING);
    const packets: { id: number; carrierHz: number; at: number }[] = [];
    await receiver.run(new AbortController().signal, ({ packet, centerHz }) => {
      packets.push({ id: packet.meterId, carrierHz: centerHz + packet.carrierHz, at: packet.firstSample });
    });
    const isSame = (one: (typeof packets)[number], other: (typeof packets)[number]): boolean =>
      one.id === other.id &&
      Math.abs(one.carrierHz - other.carrierHz) < 40e3 &&
      Math.abs(one.at - other.at) < 300;
    for (const packet of packets)
      expect(
        heard.some((sent) => isSame(sent, packet)),
        `${packet.id}`,
      ).toBe(true);
    const found = heard.filter((sent) => packets.some((packet) => isSame(sent, packet)));
    expect(found.length).toBeGreaterThan(0.9 * heard.length);
    expect(heard.length).toBeGreaterThan(40);
    const { samples, lostSamples, blankedSamples } = receiver.stats;
    expect([lostSamples, blankedSamples, samples]).toEqual([0, 4 * BLOCK, 180 * BLOCK]);
  },
);

import { expect, it } from 'vitest';
import { PROTOCOLS } from '../../src/decode/protocols/index.js';
import { Receiver } from '../../src/receiver/receiver.js';
import { saidIn } from '../../src/synth/message.js';
import { type HeardPacket, VirtualRadio } from '../../src/synth/virtual-radio.js';
import { VirtualSource } from '../../src/synth/virtual-source.js';
import { DONGLE, streetBand, WINDOW } from './band-fixture.js';

const TUNING = { ...WINDOW, gainDb: 'auto', ppm: 0 } as const;

it('lets a receiver hear the band in simulated time, and be tuned while it does', async () => {
  const radio = new VirtualRadio(streetBand(), DONGLE, 100, 1);
  const sent: HeardPacket[] = [];
  radio.onHeard = (packet) => sent.push(packet);
  const source = new VirtualSource(radio, 102, Date.UTC(2026, 10, 20));
  const protocols = PROTOCOLS.filter(({ name }) => name === 'SCM');
  const receiver = new Receiver(source, { protocols, minConfidence: 0.995 });
  expect(await receiver.open(TUNING)).toEqual(TUNING);
  const heard: string[] = [];
  let retuned = false;
  await receiver.run(
    new AbortController().signal,
    ({ packet, startMs }) => {
      heard.push(`${packet.meterId} ${packet.consumption}`);
      const seconds =
        ((startMs ?? 0) - Date.UTC(2026, 10, 20)) / 1000 + packet.firstSample / WINDOW.sampleRateHz;
      expect(seconds).toBeGreaterThan(100);
      expect(seconds).toBeLessThan(102);
    },
    () => {
      if (retuned || radio.seconds < 101) return;
      retuned = true;
      expect(source.retune({ ...TUNING, centerHz: 916e6 }).centerHz).toBe(916e6);
    },
  );
  const expected = sent
    .map(({ sending }) => saidIn(sending.message))
    .map(({ id, consumption }) => `${id} ${consumption}`);
  expect(expected.length).toBeGreaterThan(10);
  expect(sent.some(({ carrierHz }) => carrierHz > 915e6)).toBe(true);
  expect(expected.filter((key) => heard.includes(key)).length).toBeGreaterThan(0.9 * expected.length);
});

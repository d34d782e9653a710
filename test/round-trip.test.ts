import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { MESSAGE_KINDS, type MessageKind } from '../bench/any-packet.js';
import { receive } from '../bench/receive.js';
import type { Packet } from '../src/decode/protocol.js';
import { SAMPLE_BYTES, type SampleFormat } from '../src/sources/source.js';
import { type Message, saidIn } from '../src/synth/message.js';
import { Random } from '../src/synth/random.js';
import { record } from '../src/synth/recording.js';
import type { Radio, Sending } from '../src/synth/sending.js';
import type { TransmitterClass } from '../src/synth/transmitter.js';

const RATES_HZ = [1_000_000, 1_024_000, 1_250_000, 1_310_720, 1_500_000, 2_048_000, 2_400_000];
const FORMATS = Object.keys(SAMPLE_BYTES) as SampleFormat[];
const CLASSES: readonly TransmitterClass[] = ['P', 'F', 'G'];
/** Longer than the longest packet, and silence. */
const SLOT_SECONDS = 0.055;

interface Heard {
  readonly protocol: string;
  readonly said: object;
}

function any<T>(list: readonly T[], random: Random): T {
  return list[random.below(list.length)];
}

function radioAt(sampleRateHz: number, random: Random): Radio {
  return { centerHz: 912_600_000, sampleRateHz, ppm: random.uniform(-40, 40), noiseRms: 10 / 128 };
}

/** Packets one after another, each at a carrier, with a clock and from a moment of its own. */
function sendings(
  messages: readonly Message[],
  radio: Radio,
  random: Random,
  ebN0Db: () => number,
  transmitters = CLASSES,
): Sending[] {
  return messages.map((message, i) => ({
    message,
    class: any(transmitters, random),
    seconds: (i + random.uniform(0.05, 0.1)) * SLOT_SECONDS,
    carrierHz: radio.centerHz + random.uniform(-0.4, 0.4) * radio.sampleRateHz,
    chipPpm: random.uniform(-50, 50),
    ebN0Db: ebN0Db(),
    seed: random.int32(),
  }));
}

function heardOf(sent: readonly Sending[], radio: Radio, format: SampleFormat, seed: number): Packet[] {
  const samples = Math.ceil((sent.length + 1) * SLOT_SECONDS * radio.sampleRateHz);
  const blocks = record({ sendings: sent, radio, format, samples, seed });
  const bytes = (function* () {
    for (const block of blocks) yield block.bytes;
  })();
  return [...receive(bytes, radio.sampleRateHz, { format }).packets];
}

function saidBy({ protocol, meterId: id, type, consumption, fields }: Packet): Heard {
  return { protocol, said: { id, type, consumption, ...fields } };
}

const saidOf = ({ message }: Sending): Heard => ({ protocol: message.protocol, said: saidIn(message) });

describe.each(MESSAGE_KINDS)('$name through IQ', (kind: MessageKind) => {
  it('comes out once and as it was sent, at any rate, format, carrier, clock and kind of transmitter', () => {
    const random = new Random(kind.name.length);
    for (const format of FORMATS) {
      const radio = radioAt(any(RATES_HZ, random), random);
      const messages = Array.from({ length: 2 }, () => kind.make(random).message);
      const sent = sendings(messages, radio, random, () => random.uniform(15, 30));
      const heard = heardOf(sent, radio, format, random.int32());
      expect(heard.map(saidBy)).toEqual(sent.map(saidOf));
    }
  });
});

describe('an IDM or NetIDM', () => {
  const frames = MESSAGE_KINDS.filter(({ name }) => name.endsWith('IDM'));

  it('is never another message too, where it can just be heard', { timeout: 60_000 }, () => {
    const random = new Random(9);
    const radio = radioAt(1_024_000, random);
    const messages = Array.from({ length: 100 }, (_, i) => frames[i % 2].make(random).message);
    const sent = sendings(messages, radio, random, () => random.uniform(7.5, 11), ['P']);
    const heard = heardOf(sent, radio, 'cu8', 1).map(saidBy);
    const asSent = sent.map(saidOf).filter((one) => heard.some((other) => isSame(one, other)));
    expect(heard).toEqual(asSent);
    expect(heard.length).toBeGreaterThan(0.4 * sent.length);
    expect(heard.length).toBeLessThan(0.95 * sent.length);
  });
});

function isSame({ protocol, said }: Heard, other: Heard): boolean {
  return protocol === other.protocol && isDeepStrictEqual(said, other.said);
}

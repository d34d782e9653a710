import { describe, expect, it } from 'vitest';
import { PROTOCOLS } from '../../src/decode/protocols/index.js';
import { messageAt } from '../../src/synth/endpoint-message.js';
import { countsAt, type Register, registerAt, swingsOf } from '../../src/synth/load.js';
import { chipsOf, MESSAGE_NAMES, type Message, type MessageName, saidIn } from '../../src/synth/message.js';
import { type Meter, populate } from '../../src/synth/meter.js';
import { Random } from '../../src/synth/random.js';
import { street } from '../../src/synth/street.js';

const POPULATION = {
  meters: 130,
  firstId: 10_000_001,
  class: 'mix',
  protocols: MESSAGE_NAMES,
  periodSeconds: { least: 1, most: 5 },
  ebN0Db: { least: 8, most: 30 },
  relayedShare: 0.2,
} as const;
const METERS = populate(POPULATION, 3);

/** What the receiver makes of a message that it hears well. */
function parsed(message: Message) {
  const chips = chipsOf(message);
  const frame = { SCM: 'SCM', 'SCM+': 'SCM+', IDM: 'IDM', NetIDM: 'IDM', R900: 'R900', R900BCD: 'R900' };
  const protocol = PROTOCOLS.find(({ name }) => name === frame[message.protocol])!;
  const levels = Float32Array.from(chips, (chip) => (chip === 1 ? 8 : -8));
  return protocol.parse(protocol.name === 'R900' ? levels : levels.filter((_, i) => i % 2 === 0));
}

const sendersOf = (protocol: MessageName): Meter[] => METERS.filter(({ sends }) => sends.includes(protocol));

describe('messages', () => {
  it.each(MESSAGE_NAMES)('%s is read as what was said, whoever sends it', (protocol) => {
    const senders = sendersOf(protocol);
    expect(senders.length).toBeGreaterThan(8);
    for (const [i, meter] of senders.entries()) {
      const message = messageAt(meter, protocol, 1234.5 * i);
      const result = parsed(message);
      if (!result.ok) throw new Error(`${protocol} of ${meter.id} is refused: ${result.why}`);
      const { meterId: id, type, consumption, fields } = result;
      expect(result.message).toBe(protocol);
      expect({ id, type, consumption, ...fields }).toEqual(saidIn(message));
      expect(Object.keys({ id, type, consumption, ...fields })).toEqual(Object.keys(saidIn(message)));
    }
  });
});

describe('the register of an endpoint', () => {
  const idmAt = (meter: Meter, seconds: number) => {
    const message = messageAt(meter, 'IDM', seconds);
    if (message.protocol !== 'IDM') throw new Error('no IDM');
    return message.fields;
  };

  it('is the sum of the intervals that IDM tells of, and SCM goes on from there', () => {
    for (const meter of sendersOf('IDM')) {
      const [early, late] = [idmAt(meter, 1000), idmAt(meter, 1000 + 47 * 300)];
      const between = late.intervals.reduce((sum, counts) => sum + counts, 0);
      expect(early.consumption + between).toBe(late.consumption);
      expect(late.intervalCounter).toBe((early.intervalCounter + 47) % 256);
      expect(Math.max(...late.intervals)).toBeLessThan(512);
      expect(new Set(late.intervals).size).toBeGreaterThan(5);
      const now = Number(saidIn(messageAt(meter, 'SCM', 1000)).consumption);
      const next = idmAt(meter, 1000 + 300 - early.transmitTimeOffset / 16).consumption;
      expect(now).toBeGreaterThanOrEqual(early.consumption);
      expect(now).toBeLessThanOrEqual(next);
    }
  });

  it('moves intervals on by one when the time since the newest began starts again', () => {
    const [meter] = sendersOf('IDM');
    const first = idmAt(meter, 0);
    const untilNext = 300 - first.transmitTimeOffset / 16;
    const last = idmAt(meter, untilNext - 1);
    const next = idmAt(meter, untilNext + 1);
    expect(last.transmitTimeOffset).toBeGreaterThan(16 * 297);
    expect(next.transmitTimeOffset).toBeLessThan(16 * 3);
    expect(next.intervals.slice(1)).toEqual(last.intervals.slice(0, -1));
  });

  it('of a net meter is what was delivered, what was received, and the difference', () => {
    for (const meter of sendersOf('NetIDM')) {
      const { consumption, generation, net } = saidIn(messageAt(meter, 'NetIDM', 5000));
      expect((Number(consumption) - Number(generation) + 1e7) % 1e7).toBe(net);
    }
  });

  it('never runs backwards, and wraps', () => {
    const register: Register = { first: 500, perSecond: 1, size: 1000, swings: swingsOf(new Random(4)) };
    let before = countsAt(register, 0);
    for (let seconds = 0; seconds < 2000; seconds += 7) {
      expect(countsAt(register, seconds)).toBeGreaterThanOrEqual(before);
      before = countsAt(register, seconds);
      expect(registerAt(register, seconds)).toBe(before % 1000);
    }
    expect(registerAt({ ...register, swings: [] }, -600)).toBe(900);
  });
});

describe('a street of several protocols', () => {
  it('has endpoints that send in turn, one packet at a time', () => {
    const busy = populate({ ...POPULATION, meters: 13, periodSeconds: { least: 0.02, most: 0.03 } }, 5);
    for (const meter of busy) {
      const sent = [...street([meter], 3)];
      expect(sent.slice(0, 4).map(({ message }) => message.protocol)).toEqual(
        [0, 1, 2, 3].map((i) => meter.sends[i % meter.sends.length]),
      );
      for (const [i, { seconds }] of sent.slice(1).entries())
        expect(seconds).toBeGreaterThan(sent[i].seconds + chipsOf(sent[i].message).length / 32_768);
    }
  });

  it('leaves a street of SCM as it is, and has nothing but what is asked for', () => {
    const scm = populate({ ...POPULATION, protocols: ['SCM'] }, 3);
    const { protocols: _, ...others } = POPULATION;
    expect(populate(others, 3)).toEqual(scm);
    expect(new Set(scm.flatMap(({ sends }) => sends))).toEqual(new Set(['SCM']));
    const idm = populate({ ...POPULATION, protocols: ['IDM', 'R900BCD'] }, 3);
    expect(new Set(idm.flatMap(({ sends }) => sends))).toEqual(new Set(['IDM', 'R900BCD']));
    expect(() => populate({ ...POPULATION, class: 'G', protocols: ['IDM'] }, 3)).toThrow(
      'No endpoint of class G sends IDM; name other protocols.',
    );
  });
});

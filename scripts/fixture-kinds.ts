import { CHANNELS_HZ, NEPTUNE_CHANNELS_HZ } from '../src/synth/channel-plan.js';
import { messageAt } from '../src/synth/endpoint-message.js';
import type { Message } from '../src/synth/message.js';
import { type Meter, populate } from '../src/synth/meter.js';
import type { Sending } from '../src/synth/sending.js';
import type { TransmitterClass } from '../src/synth/transmitter.js';

/** A packet of any kind on a carrier, Hz. */
function sending(
  message: Message,
  atMs: number,
  carrierHz: number,
  ebN0Db: number,
  transmitter: TransmitterClass = 'P',
): Sending {
  const { id } = message.fields;
  const chipPpm = ((id * 13) % 81) - 40;
  return { message, class: transmitter, seconds: atMs / 1000, carrierHz, chipPpm, ebN0Db, seed: id + atMs };
}

/** An endpoint as streets have them that sends all of these. */
function endpoint(id: number, protocols: Meter['sends']): Meter {
  const population = {
    meters: 20,
    firstId: id,
    class: 'mix' as const,
    protocols,
    periodSeconds: { least: 1, most: 1 },
    ebN0Db: { least: 20, most: 20 },
    relayedShare: 0,
  };
  return { ...populate(population, id).find(({ sends }) => sends.length === protocols.length)!, id };
}

/** Gas, water and electric endpoints: SCM+, and the SCM of one of them. */
export function scmPlus(): Sending[] {
  const gas = endpoint(10_000_801, ['SCM', 'SCM+']);
  const water = { ...endpoint(10_000_802, ['SCM', 'SCM+']), type: 11, tamperPhy: 3 };
  const electric = { ...endpoint(4_000_000_803, ['SCM+']), type: 7 };
  return [
    sending(messageAt(gas, 'SCM', 0), 3, CHANNELS_HZ[10], 20, 'G'),
    sending(messageAt(gas, 'SCM+', 1), 14, CHANNELS_HZ[12], 20, 'G'),
    sending(messageAt(water, 'SCM+', 2), 15, CHANNELS_HZ[9], 16, 'G'),
    sending(messageAt(electric, 'SCM+', 3), 27, CHANNELS_HZ[11], 12),
  ];
}

/** Electric endpoints: SCM and IDM of one register, an IDM after an outage, a NetIDM of a solar roof. */
export function idm(): Sending[] {
  const electric = endpoint(10_000_811, ['SCM', 'IDM']);
  const outage = messageAt(endpoint(10_000_812, ['IDM']), 'IDM', 0);
  if (outage.protocol !== 'IDM') throw new Error('an IDM was asked for');
  // No power in the third and fourth interval before the newest.
  const fields = {
    ...outage.fields,
    outageFlags: '180000000000',
    intervals: outage.fields.intervals.map((counts, k) => (k === 2 || k === 3 ? 0 : counts)),
  };
  return [
    sending(messageAt(electric, 'SCM', 0), 3, CHANNELS_HZ[12], 18),
    sending(messageAt(electric, 'IDM', 0), 12, CHANNELS_HZ[9], 18),
    sending({ protocol: 'IDM', fields }, 14, CHANNELS_HZ[11], 14),
    sending(messageAt(endpoint(10_000_813, ['NetIDM']), 'NetIDM', 0), 15, CHANNELS_HZ[13], 20),
  ];
}

/** Water endpoints: a leak, a reading beyond 24 bits, readings in digits, and none. */
export function r900(): Sending[] {
  const base = { noUse: 0, backflow: 0, leak: 0, leakNow: 0, unknown1: 0xa, unknown2: 0 };
  const binary = (id: number, reading: number, flags: Partial<typeof base>): Message => ({
    protocol: 'R900',
    fields: { ...base, id, meterType: 3, reading, ...flags },
  });
  const digits = (id: number, reading: number | null): Message => ({
    protocol: 'R900BCD',
    fields: { ...base, id, meterType: 1, reading, leak: 7, leakNow: 3 },
  });
  return [
    sending(binary(10_000_821, 404_986, { leak: 2, leakNow: 1 }), 3, NEPTUNE_CHANNELS_HZ[10], 18),
    sending(binary(10_000_822, 53_721_997, { noUse: 5, backflow: 1 }), 5, NEPTUNE_CHANNELS_HZ[13], 14),
    sending(digits(10_000_823, 245_715), 16, NEPTUNE_CHANNELS_HZ[11], 20),
    sending(digits(10_000_824, null), 17, NEPTUNE_CHANNELS_HZ[14], 20),
  ];
}

/** One meter with three IDs, energy, demand and date of its last billing, and one with two: energy and demand. */
export function siblings(): Sending[] {
  const scm = (id: number, type: number, consumption: number): Message => ({
    protocol: 'SCM',
    fields: { id, type, consumption, tamperPhy: 1, tamperEnc: 0, relayed: false },
  });
  return [
    sending(scm(10_000_830, 8, 1_407_059), 3, CHANNELS_HZ[11], 18),
    sending(scm(10_000_831, 8, 31_250), 10, CHANNELS_HZ[11], 18),
    sending(scm(10_000_832, 8, 110_725), 17, CHANNELS_HZ[11], 18),
    sending(scm(10_000_840, 4, 48_213), 24, CHANNELS_HZ[9], 22, 'F'),
    sending(scm(10_000_841, 4, 412), 31, CHANNELS_HZ[9], 22, 'F'),
  ];
}

import { countsAt, type Register, registerAt } from './load.js';
import type { Message, MessageName } from './message.js';
import { INTERVAL_SECONDS, type Meter } from './meter.js';

/** Intervals that IDM and NetIDM tell of, and what fits into one, counts. */
const IDM_INTERVALS = 47;
const NET_INTERVALS = 27;
const MOST_IDM = 2 ** 9 - 1;
const MOST_NET = 2 ** 14 - 1;
/** Endpoint types that SCM+ tells, by their ERT type: the upper bits are not the same in all. */
const SCM_PLUS_TYPES: Readonly<Record<number, number>> = { 11: 0xab, 12: 0x9c };

/** What a meter sends at a time, s. All its messages tell of the one register, each in its own way. */
export function messageAt(meter: Meter, protocol: MessageName, seconds: number): Message {
  switch (protocol) {
    case 'SCM':
      return { protocol, fields: scmOf(meter, seconds) };
    case 'SCM+':
      return { protocol, fields: scmPlusOf(meter, seconds) };
    case 'IDM':
      return { protocol, fields: idmOf(meter, seconds) };
    case 'NetIDM':
      return { protocol, fields: netIdmOf(meter, seconds) };
    case 'R900':
    case 'R900BCD':
      return { protocol, fields: r900Of(meter, protocol, seconds) };
  }
}

function scmOf({ id, type, register, tamperPhy, tamperEnc, relayed }: Meter, seconds: number) {
  return { id, type, consumption: registerAt(register, seconds), tamperPhy, tamperEnc, relayed };
}

function scmPlusOf({ id, type, register, tamperPhy, tamperEnc }: Meter, seconds: number) {
  return {
    id,
    type: SCM_PLUS_TYPES[type] ?? type,
    consumption: registerAt(register, seconds),
    tamper: 256 * tamperPhy + tamperEnc,
  };
}

/** What IDM and NetIDM have in common, and when the running interval began, s. */
function frameOf(meter: Meter, type: number, seconds: number) {
  const { id, intervals, tamperPhy, tamperEnc } = meter;
  const interval = Math.floor((seconds + intervals.phaseSeconds) / INTERVAL_SECONDS);
  const boundary = interval * INTERVAL_SECONDS - intervals.phaseSeconds;
  const fields = {
    id,
    type,
    version: 4,
    intervalCounter: (intervals.counter + interval) % 256,
    programmingState: 0xbc,
    // Inversions and removals, of which SCM tells the lowest bits; then reverse rotations and losses of power.
    tamperCounters: [tamperPhy, tamperEnc, 0, 1 + (id % 100), 1, 0],
    transmitTimeOffset: Math.floor(16 * (seconds - boundary)),
  };
  return { fields, boundary };
}

/** What was counted in each of the last intervals before a time, newest first. */
function lastIntervals(register: Register, until: number, count: number, most: number): number[] {
  const counts = Array.from({ length: count + 1 }, (_, i) =>
    countsAt(register, until - i * INTERVAL_SECONDS),
  );
  return counts.slice(1).map((before, i) => Math.min(most, counts[i] - before));
}

function idmOf(meter: Meter, seconds: number) {
  const { fields, boundary } = frameOf(meter, 0x10 + meter.type, seconds);
  return {
    ...fields,
    asynchronousCounters: 0,
    outageFlags: '000000000000',
    consumption: registerAt(meter.register, boundary),
    intervals: lastIntervals(meter.register, boundary, IDM_INTERVALS, MOST_IDM),
  };
}

function netIdmOf(meter: Meter, seconds: number) {
  const { register, generation } = meter;
  const { fields, boundary } = frameOf(meter, 0x10 + meter.type, seconds);
  const [delivered, received] = [registerAt(register, boundary), registerAt(generation, boundary)];
  return {
    ...fields,
    unknown: '00000000',
    consumption: delivered,
    generation: received,
    net: (delivered - received + register.size) % register.size,
    lastConsumptionNet: 10 * delivered,
    intervals: lastIntervals(register, boundary, NET_INTERVALS, MOST_NET),
  };
}

/** A register in digits cannot tell leaks: the highest value stands for that. */
function r900Of({ id, type, register, leaking }: Meter, protocol: 'R900' | 'R900BCD', seconds: number) {
  const tellsLeaks = protocol === 'R900';
  return {
    id,
    meterType: type,
    reading: registerAt(register, seconds),
    noUse: 0,
    backflow: 0,
    leak: tellsLeaks ? (leaking ? 2 : 0) : 7,
    leakNow: tellsLeaks ? (leaking ? 2 : 0) : 3,
    unknown1: 0xa,
    unknown2: 0,
  };
}

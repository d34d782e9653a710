import { backflowInWords, daysOfBucket, leakNowInWords } from './leaks.js';
import { intervalsIn, outagesIn } from './meter-intervals.js';
import type { Reading } from './reading.js';
import { tamperCountersOf } from './tamper.js';

/** What fields say that are codes, counters or a matter of when the packet came; for programs. */
export type PacketMeaning = Readonly<Record<string, string | number | null | readonly string[]>>;

const NET_MODULUS = 1e7;

/** What a person should notice in a packet, a few words each; none where there is nothing. */
export function notesOf(reading: Reading): string[] {
  const { protocol, fields, consumption } = reading;
  const notes = fields.relayed === true ? ['relayed'] : [];
  if (consumption === null) notes.push('no reading');
  notes.push(...leakNotes(reading));
  if (protocol === 'NetIDM') notes.push(`received ${fields.generation}`, `net ${netOf(Number(fields.net))}`);
  const outages = typeof fields.outageFlags === 'string' ? outagesIn(fields.outageFlags).length : 0;
  if (outages > 0) notes.push(`no power in ${outages} of 48 intervals`);
  // The third and later ones of IDM are no tampering, or nobody knows.
  const [first, second] = tamperOf(reading);
  if (first !== undefined && second !== undefined && (first.value > 0 || second.value > 0))
    notes.push(`tamper ${first.value}/${second.value}`);
  return notes;
}

function leakNotes({ protocol, fields }: Reading): string[] {
  if (!protocol.startsWith('R900')) return [];
  const [noUse, leak] = [daysOfBucket(Number(fields.noUse)), daysOfBucket(Number(fields.leak))];
  const [backflow, now] = [backflowInWords(Number(fields.backflow)), leakNowInWords(Number(fields.leakNow))];
  return [
    ...(fields.leakNow !== 0 && now !== null ? [`${now} leak now`] : []),
    ...(fields.leak !== 0 && leak !== null ? [`leak on ${leak}`] : []),
    ...(fields.backflow !== 0 && backflow !== null ? [`backflow ${backflow}`] : []),
    ...(fields.noUse !== 0 && noUse !== null ? [`no use on ${noUse}`] : []),
  ];
}

function tamperOf({ protocol, commodity, fields }: Reading) {
  return tamperCountersOf(protocol, commodity, fields);
}

/** Below zero is sent as 10 000 000 less something. */
function netOf(net: number): number {
  return net >= NET_MODULUS / 2 ? net - NET_MODULUS : net;
}

/** Null where all fields say what they mean, as those of SCM do. */
export function meaningOf(reading: Reading): PacketMeaning | null {
  const { protocol, fields } = reading;
  if (protocol === 'SCM') return null;
  if (protocol.startsWith('R900')) {
    return {
      noUse: daysOfBucket(Number(fields.noUse)),
      backflow: backflowInWords(Number(fields.backflow)),
      leak: daysOfBucket(Number(fields.leak)),
      leakNow: leakNowInWords(Number(fields.leakNow)),
    };
  }
  const named = tamperOf(reading).filter(({ name }) => name !== 'unknown' && name !== 'spare');
  return {
    ...Object.fromEntries(named.map(({ name, value }) => [keyOf(name), value])),
    ...(protocol === 'NetIDM' && { net: netOf(Number(fields.net)) }),
    ...intervalTimes(reading),
  };
}

/** `power loss` as the key of an object: `powerLoss`. */
function keyOf(name: string): string {
  return name.replace(/ (\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** When the newest of the meter's own intervals ended, and those without power began. */
function intervalTimes(reading: Reading): PacketMeaning {
  const intervals = intervalsIn(reading);
  if (intervals.length === 0) return {};
  return {
    newestIntervalEnd: new Date(intervals[0].endMs).toISOString(),
    outages: intervals
      .filter(({ state }) => state === 'outage')
      .map(({ startMs }) => new Date(startMs).toISOString()),
  };
}

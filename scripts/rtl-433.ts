import { spawnSync } from 'node:child_process';
import type { MessageName } from '../src/synth/message.js';
import { linesOf, type Row } from './fixture-check.js';

/** How rtl_433 calls its decoders of the messages that ertd reads too. */
const DECODERS: Readonly<Partial<Record<MessageName, string>>> = {
  SCM: 'ERT Standard Consumption Message (SCM)',
  'SCM+': 'Standard Consumption Message Plus (SCMplus)',
  IDM: 'ERT Interval Data Message (IDM)',
  NetIDM: 'ERT Interval Data Message (IDM) for Net Meters',
  R900: 'Neptune R900 flow meters',
};

/** The rtl_433 of this machine. */
export interface Rtl433 {
  readonly version: string;
  /** The numbers of its decoders, of the messages it knows. */
  readonly decoders: ReadonlyMap<MessageName, number>;
}

/** @returns null where it is not installed */
export function findRtl433(): Rtl433 | null {
  const said = run(['-V']);
  if (said === null) return null;
  const numbers = new Map<string, number>();
  for (const [, number, name] of (run(['-R', 'help']) ?? '').matchAll(/^ *\[(\d+)\]\*? +(.*?) *$/gm))
    numbers.set(name, Number(number));
  const decoders = Object.entries(DECODERS).flatMap(([message, name]): [MessageName, number][] => {
    const number = numbers.get(name);
    return number === undefined ? [] : [[message as MessageName, number]];
  });
  return { version: /version (\S+)/.exec(said)?.[1] ?? 'unknown', decoders: new Map(decoders) };
}

/** What it prints for a recording, a row a line, with these decoders only. */
export function rowsOfRtl433(path: string, sampleRateHz: number, decoders: Iterable<number>): Row[] {
  const chosen = [...decoders].flatMap((number) => ['-R', String(number)]);
  const args = ['-r', path, '-s', String(sampleRateHz), ...chosen, '-F', 'json'];
  return linesOf(run(args, 'stdout') ?? '');
}

/** What it says, on either output or on one; null where it cannot be started. */
function run(args: readonly string[], only?: 'stdout'): string | null {
  const { stdout, stderr, error } = spawnSync('rtl_433', args, { encoding: 'utf8' });
  if (error !== undefined) return null;
  return only === 'stdout' ? stdout : stdout + stderr;
}

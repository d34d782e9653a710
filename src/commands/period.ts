import { Option } from 'commander';
import { Fault } from '../errors.js';
import { isoTime } from '../sinks/layout.js';
import { parseMoment } from './moment.js';
import { optionValue } from './option-value.js';

/** What `--since` and `--until` were given, ms since 1970. */
export interface PeriodOptions {
  readonly since?: number;
  readonly until?: number;
}

/** `--since` and `--until`. @param now wall clock, ms since 1970 */
export function periodOptions(now: () => number): readonly Option[] {
  const moment = optionValue((text: string) => parseMoment(text, now()));
  return [
    new Option('--since <time>', 'Only from then on: how long ago, or a date.').argParser(moment),
    new Option('--until <time>', 'Only before then: how long ago, or a date.').argParser(moment),
  ];
}

/** @throws Fault `USAGE` where it ends before it begins */
export function periodOf({ since, until }: PeriodOptions): {
  readonly sinceMs: number | null;
  readonly untilMs: number | null;
} {
  if (since !== undefined && until !== undefined && since >= until) {
    throw new Fault('USAGE', `--since (${isoTime(since)}) must be before --until (${isoTime(until)}).`);
  }
  return { sinceMs: since ?? null, untilMs: until ?? null };
}

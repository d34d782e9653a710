import { DURATION_TEXT, parseDuration } from '../../quantity.js';

/** A stretch of every day by the clock on the wall, minutes since midnight; it may go past midnight. */
export interface DailyStretch {
  readonly fromMinute: number;
  readonly toMinute: number;
}

const STRETCH = /^(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})$/;

/** Reads `22:00-06:00`; null for what is none. */
export function parseDailyStretch(text: string): DailyStretch | null {
  const [, fromHour, from, toHour, to] = (STRETCH.exec(text.trim()) ?? []).map(Number);
  const [fromMinute, toMinute] = [fromHour * 60 + from, toHour * 60 + to];
  const fits = fromHour < 24 && from < 60 && to < 60 && toMinute <= 1440 && fromMinute !== toMinute;
  return fits ? { fromMinute, toMinute } : null;
}

/** When events of a type are told. */
export interface EventRule {
  /** `leak`, `tamper.*` or `*`. */
  readonly types: string;
  readonly off: boolean;
  /** Told from so many of one meter within so long on. */
  readonly times: number;
  readonly withinMs: number;
  /** Held back until the end of this stretch of the day. */
  readonly quiet: DailyStretch | null;
}

const RULE = /^(\S+)((?:\s+off)?)(?:\s+(\d+) in (\S+))?(?:\s+quiet (\S+))?$/;

/** Reads `TYPE [off] [N in TIME] [quiet HH:MM-HH:MM]`; null for what is none. */
export function parseEventRule(text: string): EventRule | null {
  const match = RULE.exec(text.trim());
  if (match === null) return null;
  const [, types, off, times = '1', within, quietText] = match;
  const quiet = quietText === undefined ? null : parseDailyStretch(quietText);
  if (quiet === null && quietText !== undefined) return null;
  if (within !== undefined && !DURATION_TEXT.test(within)) return null;
  if (!/^([a-z-]+(\.[a-z-]+)*(\.\*)?|\*)$/.test(types) || Number(times) < 1) return null;
  const withinMs = within === undefined ? 0 : parseDuration(within);
  return { types, off: off !== '', times: Number(times), withinMs, quiet };
}

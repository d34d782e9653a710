import { Fault } from './errors.js';

/** How a frequency or a sample rate is written: `912.6M`, `2359296`, `2.4 MHz`; never negative. */
export const HERTZ_TEXT = /^\s*(\d+\.?\d*|\.\d+)(e\+?\d{1,2})?\s*([kKmMgG]?)([hH][zZ])?\s*$/;

/** How a length of time is written: `250ms`, `10s`, `5m`, `12h`, `2d`, `1w`; a bare `0` needs no unit. */
export const DURATION_TEXT = /^\s*(?:(\d+\.?\d*|\.\d+)\s*(ms|s|m|min|h|d|w)|0)\s*$/;

const EXPONENT_OF_PREFIX: Readonly<Record<string, number>> = { '': 0, k: 3, m: 6, g: 9 };

const MS_OF_UNIT: Readonly<Record<string, number>> = {
  w: 604_800_000,
  d: 86_400_000,
  h: 3_600_000,
  min: 60_000,
  m: 60_000,
  s: 1000,
  ms: 1,
};

/**
 * Reads a frequency or a sample rate. A prefix only moves the decimal point, so `912.6M` is 912600000 exactly.
 * `m` and `g` mean mega and giga too, as nobody tunes to millihertz.
 * @returns Hz, 0 or more
 * @throws Fault `USAGE` where the text is not written like `HERTZ_TEXT`
 */
export function parseHertz(text: string): number {
  const match = HERTZ_TEXT.exec(text);
  if (match === null) {
    throw new Fault(
      'USAGE',
      `"${text}" is not a number of hertz; write it like 912600000, 912600k or 912.6M.`,
    );
  }
  const [, digits, exponent = 'e0', prefix] = match;
  return Number(`${digits}e${Number(exponent.slice(1)) + EXPONENT_OF_PREFIX[prefix.toLowerCase()]}`);
}

/**
 * Reads a length of time.
 * @returns whole ms, 0 or more
 * @throws Fault `USAGE` where the text is not written like `DURATION_TEXT`
 */
export function parseDuration(text: string): number {
  const match = DURATION_TEXT.exec(text);
  if (match === null) {
    throw new Fault('USAGE', `"${text}" is not a length of time; write it like 250ms, 10s, 5m, 12h or 2d.`);
  }
  const [, amount = '0', unit = 'ms'] = match;
  return Math.round(Number(amount) * MS_OF_UNIT[unit]);
}

/**
 * Writes a frequency with the largest fitting prefix and all its digits, as `parseHertz` reads it back.
 * @param hz any sign; 912600000 → `912.6 MHz`, -125000 → `-125 kHz`
 */
export function formatHertz(hz: number): string {
  const size = Math.abs(hz);
  if (size >= 1e9) return `${hz / 1e9} GHz`;
  if (size >= 1e6) return `${hz / 1e6} MHz`;
  if (size >= 1e3) return `${hz / 1e3} kHz`;
  return `${hz} Hz`;
}

/**
 * Writes a length of time in the largest unit that holds it in whole numbers, as `parseDuration` reads it back.
 * @param ms whole, 0 or more; 90000 → `90s`, 172800000 → `2d`
 */
export function formatDuration(ms: number): string {
  const unit = ['d', 'h', 'm', 's'].find((name) => ms > 0 && ms % MS_OF_UNIT[name] === 0) ?? 'ms';
  return `${ms / MS_OF_UNIT[unit]}${unit}`;
}

/** How a number of bytes is written: `500M`, `2GB`, `1.5 G`; powers of ten, as disks are sold. */
export const SIZE_TEXT = /^\s*(\d+\.?\d*|\.\d+)\s*([kKmMgGtT]?)[bB]?\s*$/;

const EXPONENT_OF_SIZE: Readonly<Record<string, number>> = { '': 0, k: 3, m: 6, g: 9, t: 12 };

/**
 * Reads a number of bytes.
 * @returns whole bytes, 0 or more
 * @throws Fault `USAGE` where the text is not written like `SIZE_TEXT`
 */
export function parseSize(text: string): number {
  const match = SIZE_TEXT.exec(text);
  if (match === null) throw new Fault('USAGE', `"${text}" is not a size; write it like 500M or 2G.`);
  const [, digits, prefix] = match;
  return Math.round(Number(`${digits}e${EXPONENT_OF_SIZE[prefix.toLowerCase()]}`));
}

/** Writes a number of bytes with at most three digits: 1234567 → `1.23 MB`. */
export function formatSize(bytes: number): string {
  const [divisor, unit] = bytes >= 1e9 ? [1e9, 'GB'] : bytes >= 1e6 ? [1e6, 'MB'] : [1e3, 'kB'];
  return `${Number((bytes / divisor).toPrecision(3))} ${unit}`;
}

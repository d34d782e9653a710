import { Command, Option } from 'commander';
import type { Decimal } from '../readings/decimal.js';
import { toldOf } from '../readings/interval-feed.js';
import { type Interval, intervalsOf } from '../readings/intervals.js';
import { demandOf } from '../readings/peak-demand.js';
import type { RollupRules } from '../readings/rollup.js';
import { gridOf, HOUR_MS, INTERVAL_LENGTHS, type IntervalLength, localTime } from '../readings/time-grid.js';
import type { Column, Layout, RowFormat } from '../sinks/layout.js';
import type { RegisterInfo, UsageReader } from '../sinks/sqlite-usage.js';
import type { CommandContext } from './context.js';
import { outputOption, printRows } from './print-rows.js';
import { addUsageOptions, checkOrder, momentOption, registersFor, withUsage } from './usage-database.js';

const EXAMPLES = `
Each interval says how it is known: measured, where the register was heard near both its ends; interpolated, where it was
heard before and after, but not then; missing, where that is not so. They add up to what the register went on by.
MEAN is what an hour like this would use, kW of a meter that counts kWh. Times are those of the zone (usage.zone).

Examples:
  ertd intervals house                               # the last day, by 15 minutes
  ertd intervals house --length 1h --since 7d
  ertd intervals 10000042 --length 5m --since 2026-11-01 --until 2026-11-02 --output csv > load.csv
`;

/** An interval as it is printed. */
export interface IntervalRow {
  readonly register: RegisterInfo;
  readonly zone: string;
  readonly interval: Interval;
}

const COLUMNS: readonly Column<IntervalRow>[] = [
  {
    title: 'START',
    width: 22,
    align: 'left',
    text: ({ interval, zone }) => clockTime(interval.startMs, zone),
  },
  { title: 'METER', width: 16, align: 'left', text: ({ register }) => meterName(register) },
  { title: 'REGISTER', width: 11, align: 'left', text: ({ register }) => register.register },
  { title: 'USED', width: 12, align: 'right', text: (row) => usedText(row) },
  { title: 'UNIT', width: 6, align: 'left', text: ({ register }) => register.scale?.unit ?? 'counts' },
  { title: 'MEAN', width: 10, align: 'right', text: (row) => meanOf(row)?.value ?? '' },
  { title: 'HOW', width: 12, align: 'left', text: ({ interval }) => interval.quality },
];

/** How intervals are printed. */
export const INTERVAL_LAYOUT: Layout<IntervalRow> = {
  columns: COLUMNS,
  csvNames: [
    'meter',
    'name',
    'register',
    'start',
    'end',
    'counts',
    'value',
    'unit',
    'quality',
    'mean',
    'meanUnit',
  ],
  record: (row) => {
    const { register, zone, interval } = row;
    const { counts, value, unit, quality } = toldOf(interval, register.scale);
    const mean = meanOf(row);
    return {
      meter: register.meter.key,
      name: register.meter.name,
      register: register.register,
      start: localTime(interval.startMs, zone),
      end: localTime(interval.endMs, zone),
      ...{ counts, value, unit, quality },
      mean: mean?.value ?? null,
      meanUnit: mean?.unit ?? null,
    };
  },
};

interface IntervalsOptions {
  readonly length: IntervalLength;
  readonly since: string;
  readonly until: string;
  readonly output?: RowFormat;
}

/** `ertd intervals`: the load profile of a meter. */
export function intervalsCommand(context: CommandContext, now: () => number = Date.now): Command {
  return addUsageOptions(new Command('intervals'))
    .description('list what a meter used in every 5, 15 or 60 minutes, or every day')
    .argument('[meter]', 'name or ID of the meter; all of them without')
    .addOption(
      new Option('--length <time>', 'How long an interval is.').choices(INTERVAL_LENGTHS).default('15m'),
    )
    .addOption(momentOption('--since <time>', 'From then on').default('1d'))
    .addOption(momentOption('--until <time>', 'Until then').default('0'))
    .addOption(outputOption())
    .addHelpText('after', EXAMPLES)
    .action(async (meter: string | undefined, options: IntervalsOptions, command: Command) => {
      await withUsage(command, context, now(), async ({ reader, rules, moment }) => {
        const [fromMs, untilMs] = [moment(options.since), moment(options.until)];
        checkOrder(fromMs, untilMs, '--since', '--until');
        const rows = intervalRows(
          reader,
          registersFor(reader, meter),
          options.length,
          fromMs,
          untilMs,
          rules,
        );
        const printed = await printRows(context, INTERVAL_LAYOUT, options.output, rows);
        if (printed === 0) context.stderr.write('ertd: Nothing is known of that time.\n');
      });
    });
}

/** The intervals of registers, one register after the other. */
export function* intervalRows(
  reader: UsageReader,
  registers: readonly RegisterInfo[],
  length: IntervalLength,
  fromMs: number,
  untilMs: number,
  rules: RollupRules,
): Generator<IntervalRow> {
  for (const register of registers) {
    for (const interval of intervalsIn(reader, register, length, fromMs, untilMs, rules)) {
      yield { register, zone: rules.zone, interval };
    }
  }
}

/** Hours and days are kept; shorter ones are made from the readings. */
function intervalsIn(
  reader: UsageReader,
  register: RegisterInfo,
  length: IntervalLength,
  fromMs: number,
  untilMs: number,
  rules: RollupRules,
): readonly Interval[] {
  if (length === '1d') return reader.days(register, fromMs, untilMs, rules);
  if (length === '1h') return reader.hours(register, fromMs, untilMs);
  const span = reader.span(register);
  if (span === null) return [];
  const [from, until] = [Math.max(fromMs, span.firstMs), Math.min(untilMs, span.lastMs)];
  const points = reader.points(register, from - HOUR_MS, until + HOUR_MS);
  return intervalsOf(points, gridOf(length, from, until, rules.zone)).filter(
    ({ endMs }) => endMs <= span.lastMs,
  );
}

function usedText({ register, interval }: IntervalRow): Decimal {
  const { value, counts } = toldOf(interval, register.scale);
  return value ?? (counts === null ? '' : String(counts));
}

/** Nothing for days: some have hours that do not divide what was used. */
function meanOf({ register, interval }: IntervalRow): ReturnType<typeof demandOf> | null {
  const lengthMs = interval.endMs - interval.startMs;
  const isKnown = interval.quality !== 'missing' && lengthMs <= HOUR_MS;
  return register.scale !== null && isKnown ? demandOf(interval.thousandths, lengthMs, register.scale) : null;
}

/** A time for people: `2026-11-01 01:15 -04:00`. */
export function clockTime(timeMs: number, zone: string): string {
  const [, date, clock, offset = 'Z'] =
    /^(\S{10})T(\d\d:\d\d):\d\d(?:\.\d+)?([+-]\S+)?/.exec(localTime(timeMs, zone)) ?? [];
  return `${date} ${clock} ${offset}`;
}

/** As its owner calls it, else its key. */
export function meterName({ meter }: Pick<RegisterInfo, 'meter'>): string {
  return meter.name ?? meter.key;
}

import { Command, Option } from 'commander';
import { toldOf } from '../readings/interval-feed.js';
import type { Demand } from '../readings/peak-demand.js';
import type { RollupRules } from '../readings/rollup.js';
import { localTime } from '../readings/time-grid.js';
import type { Column, Layout, RowFormat } from '../sinks/layout.js';
import type { RegisterInfo } from '../sinks/sqlite-usage.js';
import {
  PERIODS,
  type Period,
  type PeriodUsage,
  peakDemandOf,
  periodEnds,
  periodsUsage,
} from '../sinks/usage-period.js';
import type { CommandContext } from './context.js';
import { clockTime, meterName } from './intervals.js';
import { outputOption, printRows } from './print-rows.js';
import {
  addUsageOptions,
  checkOrder,
  momentOption,
  registersFor,
  type UsageDatabase,
  withUsage,
} from './usage-database.js';

const EXAMPLES = `
PEAK is the highest demand of the period: the mean of 15 minutes (usage.demandInterval), and when they began. A bill
goes from one billing day (usage.billingDay) to the next; it is cut where the demand was reset or the tenant changed
(ertd mark). A period with "missing" in it had times that were not heard: what is known of them is counted.
Days and months are those of the zone (usage.zone); one that goes on is "so far".

Examples:
  ertd usage                                         # every meter, the last month by days
  ertd usage house --by month --since 2026-01-01
  ertd usage house --by bill --output csv > bills.csv
`;

/** A period as it is printed. */
interface UsageRow {
  readonly register: RegisterInfo;
  readonly rules: RollupRules;
  readonly usage: PeriodUsage;
}

const COLUMNS: readonly Column<UsageRow>[] = [
  {
    title: 'FROM',
    width: 22,
    align: 'left',
    text: ({ usage, rules }) => clockTime(usage.startMs, rules.zone),
  },
  { title: 'METER', width: 16, align: 'left', text: ({ register }) => meterName(register) },
  { title: 'REGISTER', width: 11, align: 'left', text: ({ register }) => register.register },
  { title: 'USED', width: 12, align: 'right', text: (row) => usedOf(row) },
  { title: 'UNIT', width: 6, align: 'left', text: ({ register }) => register.scale?.unit ?? 'counts' },
  { title: 'PEAK', width: 10, align: 'right', text: (row) => peakOf(row)?.value ?? '' },
  { title: 'AT', width: 22, align: 'left', text: (row) => peakTime(row) },
  { title: 'HOW', width: 12, align: 'left', text: ({ usage }) => howOf(usage) },
];

const LAYOUT: Layout<UsageRow> = {
  columns: COLUMNS,
  csvNames: [
    ...['meter', 'name', 'register', 'from', 'until', 'isOver', 'counts', 'value', 'unit', 'quality'],
    ...['peak', 'peakUnit', 'peakAt', 'peakQuality'],
  ],
  record: (row) => {
    const { register, rules, usage } = row;
    const peak = peakOf(row);
    const known = toldOf({ ...usage, quality: 'measured' }, register.scale);
    return {
      meter: register.meter.key,
      name: register.meter.name,
      register: register.register,
      from: localTime(usage.startMs, rules.zone),
      until: localTime(usage.endMs, rules.zone),
      isOver: usage.isOver,
      ...{ counts: known.counts, value: known.value, unit: known.unit, quality: usage.quality },
      peak: peak?.value ?? null,
      peakUnit: peak?.unit ?? null,
      peakAt: usage.peak === null ? null : localTime(usage.peak.startMs, rules.zone),
      peakQuality: usage.peak?.quality ?? null,
    };
  },
};

interface UsageOptions {
  readonly by: Period;
  readonly since?: string;
  readonly until: string;
  readonly output?: RowFormat;
}

/** What is asked where `--since` is not given. */
const DEFAULT_SINCE: Readonly<Record<Period, string>> = { day: '31d', month: '366d', bill: '366d' };

/** `ertd usage`: totals of days, months and bills. */
export function usageCommand(context: CommandContext, now: () => number = Date.now): Command {
  return addUsageOptions(new Command('usage'))
    .description('list what meters used each day, month or bill, and their peak demand')
    .argument('[meter]', 'name or ID of the meter; all of them without')
    .addOption(new Option('--by <period>', 'What is summed up.').choices(PERIODS).default('day'))
    .addOption(
      momentOption(
        '--since <time>',
        'From the period on that holds this; else a month, of months and bills a year',
      ),
    )
    .addOption(momentOption('--until <time>', 'Until then').default('0'))
    .addOption(outputOption())
    .addHelpText('after', EXAMPLES)
    .action(async (meter: string | undefined, options: UsageOptions, command: Command) => {
      await withUsage(command, context, now(), async (database) => {
        const sinceMs = database.moment(options.since ?? DEFAULT_SINCE[options.by]);
        const untilMs = database.moment(options.until);
        checkOrder(sinceMs, untilMs, '--since', '--until');
        const rows = rowsOf(database, registersFor(database.reader, meter), options.by, sinceMs, untilMs);
        const printed = await printRows(context, LAYOUT, options.output, rows);
        if (printed === 0) context.stderr.write('ertd: Nothing is known of that time.\n');
      });
    });
}

function* rowsOf(
  database: UsageDatabase,
  registers: readonly RegisterInfo[],
  by: Period,
  sinceMs: number,
  untilMs: number,
): Generator<UsageRow> {
  const { reader, rules, config } = database;
  for (const register of registers) {
    const ends = periodEnds(reader, register, by, sinceMs, untilMs, config.usage);
    for (const usage of periodsUsage(reader, register, ends, rules)) yield { register, rules, usage };
  }
}

function usedOf({ register, usage }: UsageRow): string {
  const { value, counts } = toldOf({ ...usage, quality: 'measured' }, register.scale);
  return value ?? String(counts);
}

function peakOf({ register, rules, usage }: UsageRow): Demand | null {
  return peakDemandOf(usage, register, rules);
}

function peakTime({ usage, rules }: UsageRow): string {
  return usage.peak === null ? '' : clockTime(usage.peak.startMs, rules.zone);
}

function howOf({ quality, isOver }: PeriodUsage): string {
  return isOver ? quality : `${quality}, so far`;
}

import { Command } from 'commander';
import { billingTimes, type SelfRead, selfReadAt } from '../readings/self-read.js';
import { HOUR_MS, localTime } from '../readings/time-grid.js';
import type { Column, Layout, RowFormat } from '../sinks/layout.js';
import type { RegisterInfo } from '../sinks/sqlite-usage.js';
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
Registers are read at the start of each billing day (usage.billingDay), and when a tenant changes or the demand is reset
(ertd mark). DIAL is what the meter's dial showed then. A read is measured, from a reading within five minutes or
between two that are the same; or interpolated between those around it; or missing.

Examples:
  ertd selfreads house                               # the last year
  ertd selfreads --since 2026-01-01 --output csv > reads.csv
`;

/** A self-read as it is printed. */
interface SelfReadRow {
  readonly register: RegisterInfo;
  readonly zone: string;
  readonly read: SelfRead;
  readonly why: string;
  readonly note: string;
}

const COLUMNS: readonly Column<SelfReadRow>[] = [
  { title: 'TIME', width: 22, align: 'left', text: ({ read, zone }) => clockTime(read.timeMs, zone) },
  { title: 'METER', width: 16, align: 'left', text: ({ register }) => meterName(register) },
  { title: 'REGISTER', width: 11, align: 'left', text: ({ register }) => register.register },
  { title: 'DIAL', width: 12, align: 'right', text: ({ read }) => read.dial ?? String(read.counts ?? '') },
  { title: 'UNIT', width: 6, align: 'left', text: ({ register }) => register.scale?.unit ?? 'counts' },
  { title: 'WHY', width: 12, align: 'left', text: ({ why }) => why },
  { title: 'HOW', width: 12, align: 'left', text: ({ read }) => read.certainty },
  { title: 'NOTE', width: 12, align: 'left', text: ({ note }) => note },
];

const LAYOUT: Layout<SelfReadRow> = {
  columns: COLUMNS,
  csvNames: [
    ...['meter', 'name', 'register', 'time', 'counts', 'dial', 'unit', 'why', 'how'],
    ...['heardBefore', 'heardAfter', 'note'],
  ],
  record: ({ register, zone, read, why, note }) => ({
    meter: register.meter.key,
    name: register.meter.name,
    register: register.register,
    time: localTime(read.timeMs, zone),
    counts: read.counts,
    dial: read.dial,
    unit: register.scale?.unit ?? null,
    why,
    how: read.certainty,
    heardBefore: read.heardBeforeMs === null ? null : localTime(read.heardBeforeMs, zone),
    heardAfter: read.heardAfterMs === null ? null : localTime(read.heardAfterMs, zone),
    note,
  }),
};

interface SelfReadsOptions {
  readonly since: string;
  readonly until: string;
  readonly output?: RowFormat;
}

/** `ertd selfreads`: what registers showed on billing days and other days that count. */
export function selfreadsCommand(context: CommandContext, now: () => number = Date.now): Command {
  return addUsageOptions(new Command('selfreads'))
    .description(
      'list what the dials of meters showed on billing days, at changes of tenant and demand resets',
    )
    .argument('[meter]', 'name or ID of the meter; all of them without')
    .addOption(momentOption('--since <time>', 'From then on').default('366d'))
    .addOption(momentOption('--until <time>', 'Until then').default('0'))
    .addOption(outputOption())
    .addHelpText('after', EXAMPLES)
    .action(async (meter: string | undefined, options: SelfReadsOptions, command: Command) => {
      await withUsage(command, context, now(), async (database) => {
        const [fromMs, untilMs] = [database.moment(options.since), database.moment(options.until)];
        checkOrder(fromMs, untilMs, '--since', '--until');
        const rows = registersFor(database.reader, meter).flatMap((register) =>
          rowsOf(database, register, fromMs, untilMs),
        );
        const printed = await printRows(context, LAYOUT, options.output, rows);
        if (printed === 0) context.stderr.write('ertd: No register was to be read in that time.\n');
      });
    });
}

/** Of the time since the register was first heard. */
function rowsOf(
  { reader, rules, config }: UsageDatabase,
  register: RegisterInfo,
  fromMs: number,
  untilMs: number,
): SelfReadRow[] {
  const span = reader.span(register);
  if (span === null) return [];
  const { zone } = rules;
  const startMs = Math.max(fromMs, span.firstMs);
  const billed = billingTimes(startMs, untilMs, config.usage.billingDay, zone).map((timeMs) => ({
    ...{ timeMs, kind: 'billing', note: '' },
  }));
  const marks = reader.marks(register.meter).filter(({ timeMs }) => startMs <= timeMs && timeMs < untilMs);
  return [...billed, ...marks]
    .sort((one, other) => one.timeMs - other.timeMs)
    .map(({ timeMs, kind, note }) => {
      const points = reader.points(register, timeMs - HOUR_MS, timeMs + HOUR_MS);
      return { register, zone, read: selfReadAt(points, timeMs, register), why: kind, note };
    });
}

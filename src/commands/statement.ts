import { Command, Option } from 'commander';
import { Fault } from '../errors.js';
import type { SelfRead } from '../readings/self-read.js';
import { type Statement, totalsOf } from '../readings/statement.js';
import type { Bill } from '../readings/tariff-bill.js';
import { localTime } from '../readings/time-grid.js';
import { registerStatement } from '../sinks/register-statement.js';
import type { CommandContext } from './context.js';
import { clockTime, meterName } from './intervals.js';
import {
  addUsageOptions,
  checkOrder,
  momentOption,
  registersFor,
  type UsageDatabase,
  withUsage,
} from './usage-database.js';

const EXAMPLES = `
A date means its first moment, in the zone of usage.zone: --from 2026-11-01 --to 2026-12-01 is November. A read says how
it was obtained: measured, from a reading within five minutes or between two that are the same; interpolated between the
readings around it, which are named; missing. Costs are exact, and rounded once, at the end; tariffs are in the
configuration, see docs/tariffs.md.

Examples:
  ertd statement house --from 2026-11-01 --to 2026-12-01
  ertd statement house --from 2026-11-17T12:00 --to 0 --output json
`;

interface StatementOptions {
  readonly from: string;
  readonly to: string;
  readonly output?: 'table' | 'json';
}

/** `ertd statement`: opening and closing read, consumption and cost between two moments. */
export function statementCommand(context: CommandContext, now: () => number = Date.now): Command {
  return addUsageOptions(new Command('statement'))
    .description('say what a meter used between two dates, at which rates, and what that costs')
    .argument('<meter>', 'name or ID of the meter')
    .addOption(momentOption('--from <time>', 'The opening read').makeOptionMandatory())
    .addOption(momentOption('--to <time>', 'The closing read').default('0'))
    .addOption(
      new Option('--output <how>', 'How to print. Default: table on a terminal, json elsewhere.').choices([
        'table',
        'json',
      ]),
    )
    .addHelpText('after', EXAMPLES)
    .action(async (meter: string, options: StatementOptions, command: Command) => {
      await withUsage(command, context, now(), async (database) => {
        const [fromMs, untilMs] = [database.moment(options.from), database.moment(options.to)];
        checkOrder(fromMs, untilMs, '--from', '--to');
        const statements = statementsOf(database, meter, fromMs, untilMs);
        const { zone } = database.rules;
        const output = options.output ?? (context.stdout.isTTY === true ? 'table' : 'json');
        context.stdout.write(output === 'json' ? jsonOf(statements, zone) : tableOf(statements, zone));
      });
    });
}

/** @throws Fault `USAGE` where the meter was not heard at all in that time */
function statementsOf(
  { reader, rules, config }: UsageDatabase,
  meter: string,
  fromMs: number,
  untilMs: number,
): Statement[] {
  const registers = registersFor(reader, meter).filter((register) => {
    const span = reader.span(register);
    return span !== null && span.firstMs < untilMs && span.lastMs > fromMs;
  });
  if (registers.length === 0) {
    const advice = 'ertd meters tells since when it is heard';
    throw new Fault('USAGE', `Nothing was heard of "${meter}" in that time; ${advice}.`);
  }
  return registers.map((register) =>
    registerStatement(reader, register, { fromMs, untilMs, zone: rules.zone, tariffs: config.tariffs }),
  );
}

function jsonOf(statements: readonly Statement[], zone: string): string {
  const time = (timeMs: number | null): string | null => (timeMs === null ? null : localTime(timeMs, zone));
  const read = ({ timeMs, heardBeforeMs, heardAfterMs, ...rest }: SelfRead) => ({
    time: time(timeMs),
    ...rest,
    heardBefore: time(heardBeforeMs),
    heardAfter: time(heardAfterMs),
  });
  const shown = statements.map(({ meter, opening, closing, ...rest }) => ({
    meter: meter.key,
    name: meter.name,
    opening: read(opening),
    closing: read(closing),
    ...rest,
  }));
  return `${JSON.stringify(shown, null, 2)}\n`;
}

function tableOf(statements: readonly Statement[], zone: string): string {
  const bills = statements.flatMap((statement) => statement.bills);
  const lines = statements.flatMap((statement) => registerLines(statement, zone));
  const totals =
    bills.length > 1 ? [...totalsOf(bills)].map(([currency, total]) => `Total  ${total} ${currency}`) : [];
  return `${[...lines, ...totals].join('\n')}\n`;
}

function registerLines(statement: Statement, zone: string): string[] {
  const { register, opening, closing, counts, consumption, unit, quality, bills } = statement;
  return [
    `${meterName(statement)}, ${register}`,
    `  opening  ${readText(opening, statement, zone)}`,
    `  closing  ${readText(closing, statement, zone)}`,
    `  used     ${consumption ?? counts} ${unit ?? 'counts'}, ${quality}${quality === 'missing' ? ': at least that' : ''}`,
    ...bills.flatMap(billLines),
    '',
  ];
}

function readText(
  { timeMs, counts, dial, certainty, heardBeforeMs, heardAfterMs }: SelfRead,
  statement: Statement,
  zone: string,
): string {
  const shown = dial === null ? (counts === null ? '—' : `${counts} counts`) : `${dial} ${statement.unit}`;
  const around = [
    heardBeforeMs === null ? 'nothing heard before' : `heard ${clockTime(heardBeforeMs, zone)}`,
    heardAfterMs === null ? 'nothing after' : `and ${clockTime(heardAfterMs, zone)}`,
  ].join(' ');
  return `${clockTime(timeMs, zone)}  ${shown}  ${certainty}, ${around}`;
}

function billLines({ tariff, unit, currency, rates, standing, total }: Bill): string[] {
  return [
    `  tariff   ${tariff}`,
    ...rates.map(
      ({ rate, amount, price, cost, quality }) =>
        `    ${rate.padEnd(14)} ${amount.padStart(12)} ${unit} × ${price} = ${cost} ${currency}${quality === 'measured' ? '' : `, ${quality}`}`,
    ),
    ...(standing === null
      ? []
      : [
          `    ${'standing'.padEnd(14)} ${standing.count.padStart(12)} ${standing.per}${standing.count === '1' ? '' : 's'} = ${standing.cost} ${currency}`,
        ]),
    `    ${'total'.padEnd(14)} ${total} ${currency}`,
  ];
}

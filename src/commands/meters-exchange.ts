import { Command, Option } from 'commander';
import { type Decimal, parseDecimal } from '../readings/decimal.js';
import type { EndpointKey } from '../readings/endpoint.js';
import type { Scale } from '../readings/scale.js';
import { changeAlone } from '../sinks/sqlite-alone.js';
import { type Exchanged, exchangeMeter } from '../sinks/sqlite-exchange.js';
import { addConfigOptions, loadCommandConfig } from './config-options.js';
import type { CommandContext } from './context.js';
import { databasePath } from './database-path.js';
import { clockTime } from './intervals.js';
import { parseMoment } from './moment.js';
import { optionValue } from './option-value.js';
import { scaleByDial } from './own-meters.js';
import { momentOption } from './usage-database.js';

const HELP = `
For a meter that the utility took away: the one in its place has another ID, and goes on under the name. The new ID has to
be heard already (ertd meters lists it). --final is what the old dial showed at the end, --initial what the new one showed
at the beginning: with both, days and totals are right across the exchange; without, what was used from the last packet of
the one to the first of the other is not known, and such days are marked "missing". Where a count of the new meter is
another amount, give --dial, what it shows now. Stop ertd run meanwhile.

Examples:
  ertd meters exchange House 10000099
  ertd meters exchange House 10000099 --at 2026-11-17T12:00 --final 48211.3 --initial 0 --dial 61.25
`;

interface ExchangeOptions {
  readonly at?: string;
  readonly final?: Decimal;
  readonly initial?: Decimal;
  readonly dial?: Decimal;
}

/** `ertd meters exchange`. @param now wall clock, ms since 1970 */
export function exchangeCommand(context: CommandContext, now: () => number = Date.now): Command {
  const decimal = (flags: string, about: string): Option =>
    new Option(flags, about).argParser(optionValue(parseDecimal));
  return addConfigOptions(new Command('exchange'), ['database.path', 'usage.zone'])
    .description('let a meter go on with another ID, after the utility exchanged it')
    .argument('<meter>', 'its name, or the ID that it had')
    .argument('<id>', 'the ID that it has now')
    .addOption(momentOption('--at <time>', 'When; without, when the old one was last heard'))
    .addOption(decimal('--final <number>', 'What the old dial showed at the end.'))
    .addOption(decimal('--initial <number>', 'What the new dial showed at the beginning.'))
    .addOption(decimal('--dial <number>', 'What the new dial shows now: finds its scale by it.'))
    .addHelpText('after', HELP)
    .action((meter: string, after: string, options: ExchangeOptions, command: Command) => {
      const { config } = loadCommandConfig(command, context);
      const path = databasePath(command, context);
      const { at, final = null, initial = null, dial } = options;
      const timeMs = at === undefined ? null : parseMoment(at, now(), config.usage.zone);
      const scale = dial === undefined ? null : scaleByDial(path, after, dial);
      const request = { meter, after, timeMs, final, initial, scale };
      const alone = { path, command: 'ertd meters exchange', nowMs: now(), purpose: 'written' };
      const done = changeAlone(alone, (db) =>
        db.transaction(() => exchangeMeter(db, request, config.usage)).immediate(),
      );
      context.stdout.write(`${saying(done, config.usage.zone)}\n`);
      warnOfConfig(config.meters, done, context);
    });
}

function saying({ meter, before, after, timeMs, seam }: Exchanged, zone: string): string {
  const isWhole = seam.finalCounts !== null && seam.initialCounts !== null;
  const unknown = isWhole ? '' : ' What was used meanwhile is not known: see --final and --initial.';
  return `${meter.name ?? before} goes on as ${after} from ${clockTime(timeMs, zone)} on.${unknown}`;
}

/** What the configuration says of a meter counts more than the database. */
function warnOfConfig(
  meters: readonly { readonly id: string | number }[],
  { before, after, scale }: Exchanged,
  { stderr }: CommandContext,
): void {
  const isOf = (key: EndpointKey) =>
    meters.some(({ id }) => key.endsWith(`-${String(id).replace(/^.*\s/, '')}`));
  if (!isOf(before) && !isOf(after)) return;
  stderr.write(`ertd: The configuration file describes this meter too; write there: ${scaleText(scale)}.\n`);
}

function scaleText(scale: Scale | null): string {
  if (scale === null) return 'no scale';
  return `unit = "${scale.unit}", scale = "${scale.unitsPerCount}", offset = "${scale.offset}"`;
}

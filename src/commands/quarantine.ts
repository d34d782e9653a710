import { Command, Option } from 'commander';
import { Fault } from '../errors.js';
import { type Column, isoTime, type Layout, type RowFormat, tableTime } from '../sinks/layout.js';
import { changeDatabase } from '../sinks/sqlite-change.js';
import { openForReading } from '../sinks/sqlite-open-read.js';
import { type Case, decideCase, readCases } from '../sinks/sqlite-quarantine.js';
import { addConfigOptions } from './config-options.js';
import type { CommandContext } from './context.js';
import { databasePath } from './database-path.js';
import { optionValue } from './option-value.js';
import { outputOption, printRows } from './print-rows.js';

const HELP = `
A packet may be right by its check and still be wrong. So it has to fit what is known of its meter; else it waits here,
until later packets say the same, or the opposite. What the reasons mean, and what each takes, is in docs/readings.md.

Examples:
  ertd quarantine                    # what waits, and what became of the rest
  ertd quarantine accept 12          # yes, that meter was exchanged: believe it now
  ertd quarantine drop 12            # no
`;

const COLUMNS: readonly Column<Case>[] = [
  { title: 'CASE', width: 6, align: 'right', text: ({ id }) => String(id) },
  { title: 'ENDPOINT', width: 18, align: 'left', text: ({ endpoint }) => endpoint },
  { title: 'WHY', width: 9, align: 'left', text: ({ doubt }) => doubt },
  { title: 'PACKETS', width: 7, align: 'right', text: ({ sightings }) => String(sightings) },
  { title: 'FIRST (UTC)', width: 19, align: 'left', text: ({ firstMs }) => tableTime(firstMs) },
  { title: 'LAST (UTC)', width: 19, align: 'left', text: ({ lastMs }) => tableTime(lastMs) },
  { title: 'OUTCOME', width: 12, align: 'left', text: outcomeText },
];

const LAYOUT: Layout<Case> = {
  columns: COLUMNS,
  csvNames: ['case', 'endpoint', 'why', 'packets', 'first', 'last', 'outcome', 'decided', 'decision'],
  record: (one) => ({
    case: one.id,
    endpoint: one.endpoint,
    why: one.doubt,
    packets: one.sightings,
    first: isoTime(one.firstMs),
    last: isoTime(one.lastMs),
    outcome: one.outcome,
    decided: one.decidedMs === null ? null : isoTime(one.decidedMs),
    decision: one.decision,
  }),
};

function outcomeText({ outcome, decision }: Case): string {
  return decision === null ? outcome : `${outcome}, to ${decision}`;
}

/** `ertd quarantine list|accept|drop`: packets that are not believed yet. */
export function quarantineCommand(context: CommandContext): Command {
  return new Command('quarantine')
    .description('list packets that are not believed, and decide about them')
    .addCommand(listCommand(context), { isDefault: true })
    .addCommand(decideCommand(context, 'accept', 'believe a case; a running daemon does so within seconds'))
    .addCommand(decideCommand(context, 'drop', 'drop a case'))
    .addHelpText('after', HELP);
}

interface ListOptions {
  readonly output?: RowFormat;
  readonly limit: number;
}

function listCommand(context: CommandContext): Command {
  return addConfigOptions(new Command('list'), ['database.path'])
    .description('list the cases: those that wait first, then the newest')
    .addOption(
      new Option('--limit <n>', 'No more than these.').argParser(optionValue(caseNumber)).default(50),
    )
    .addOption(outputOption())
    .action(async ({ output, limit }: ListOptions, command: Command) => {
      const db = openForReading(databasePath(command, context));
      try {
        const printed = await printRows(context, LAYOUT, output, readCases(db, limit));
        if (printed === 0) context.stderr.write('ertd: Nothing is or was in quarantine.\n');
      } finally {
        db.close();
      }
    });
}

function decideCommand(context: CommandContext, decision: 'accept' | 'drop', what: string): Command {
  return addConfigOptions(new Command(decision), ['database.path'])
    .description(what)
    .argument('<case>', 'its number in the list', optionValue(caseNumber))
    .action((id: number, _options: unknown, command: Command) => {
      const waits = changeDatabase(databasePath(command, context), (db) => decideCase(db, id, decision));
      if (!waits) throw new Fault('USAGE', `No case ${id} waits; ertd quarantine lists those that do.`);
      context.stdout.write(
        `Case ${id}: to ${decision}. ertd run does it within seconds, or when it starts.\n`,
      );
    });
}

function caseNumber(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text.trim())) return Number(text);
  throw new Fault('USAGE', 'It must be a whole number from 1.');
}

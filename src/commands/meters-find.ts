import { setTimeout as delay } from 'node:timers/promises';
import { Command, Option } from 'commander';
import type { Config } from '../config.js';
import { Fault } from '../errors.js';
import { formatDuration, parseDuration } from '../quantity.js';
import type { Clues } from '../readings/find/clue.js';
import { type RankedMeter, rankMeters } from '../readings/find/rank-meters.js';
import { type Layout, type RowFormat, rounded } from '../sinks/layout.js';
import { addConfigOptions, loadCommandConfig } from './config-options.js';
import type { CommandContext } from './context.js';
import { databasePath } from './database-path.js';
import { type Candidates, candidatesInDatabase, MetersOnAir } from './find-candidates.js';
import { parseDial } from './find-clues.js';
import { type Patience, switchLoad } from './find-load.js';
import { optionValue } from './option-value.js';
import { outputOption, printRows } from './print-rows.js';
import { parseLimit } from './readings.js';

const HELP = `
Ranks the meters that were heard by how well they fit what you know of yours, and says why. SURE is the probability that
it is this one; all of them add up to less than 100 %, as yours may not be heard.

One reading of the dial is compared with the last state of every register. Two readings some hours apart, and --load, need
how the registers went on: of meters that are not yours that is only kept with readings.unknown = "store", which you can
set for a day; or give --source, and the command listens itself and keeps nothing (stop ertd run, as it has the radio).
--load asks you to switch a heater or a tap, and takes three times as long as you give it.

Examples:
  ertd meters find --dial 12345.6 --commodity electric
  ertd meters find --dial "10:00=12345.6" --dial "18:00=12351.2"
  ertd meters find --load 10m --source rtlsdr        # a heater of 2 kW; longer for less
`;

const LAYOUT: Layout<RankedMeter> = {
  columns: [
    { title: 'ID', width: 10, align: 'right', text: ({ candidate }) => idOf(candidate.key) },
    {
      title: 'METER',
      width: 14,
      align: 'left',
      text: ({ candidate }) => candidate.name ?? candidate.commodity,
    },
    {
      title: 'SURE',
      width: 6,
      align: 'right',
      text: ({ probability }) => `${(100 * probability).toFixed(1)} %`,
    },
    { title: 'WHY', width: 0, align: 'left', text: ({ reasons }) => reasons.join('; ') },
  ],
  csvNames: ['key', 'name', 'commodity', 'probability', 'nats', 'snrDb', 'reasons'],
  record: ({ candidate, probability, nats, reasons }) => ({
    ...{ key: candidate.key, name: candidate.name, commodity: candidate.commodity },
    ...{ probability: rounded(probability, 4), nats: rounded(nats, 2), snrDb: rounded(candidate.snrDb, 1) },
    reasons: reasons.join('; '),
  }),
};

const idOf = (key: string): string => key.slice(key.indexOf('-') + 1);

/** Older readings say nothing of a dial that is read now, ms. */
const HISTORY_MS = 35 * 86_400_000;
/** After the last switch, until the database has what was heard, ms. */
const SETTLE_MS = 30_000;

interface FindOptions {
  readonly dial?: readonly string[];
  readonly commodity?: 'electric' | 'gas' | 'water';
  readonly load?: number;
  readonly for: number;
  readonly limit: number;
  readonly output?: RowFormat;
  readonly source?: unknown;
}

/** The patience of a real user. */
function patienceOf({ stderr, signal }: CommandContext): Patience {
  return {
    now: Date.now,
    sleep: async (ms) => void (await delay(ms, undefined, { signal })),
    say: (text) => void stderr.write(`ertd: ${text}\n`),
  };
}

/** `ertd meters find`: which meter is mine? */
export function findCommand(context: CommandContext, patience = patienceOf(context)): Command {
  const settings = [
    'database.path',
    'usage.zone',
    'receiver.source',
    'receiver.centerHz',
    'receiver.sampleRateHz',
  ] as const;
  const length = optionValue(parseDuration);
  const collect = (text: string, all: readonly string[] = []): string[] => [...all, text];
  return addConfigOptions(new Command('find'), settings)
    .description('find out which meter is yours')
    .addOption(
      new Option('--dial <reading>', 'What the dial shows, or "TIME=…" for when it did.').argParser(collect),
    )
    .addOption(new Option('--commodity <what>', 'What it counts.').choices(['electric', 'gas', 'water']))
    .addOption(
      new Option('--load <time>', 'Have a load switched on and off, so long each.').argParser(length),
    )
    .addOption(
      new Option('--for <time>', 'How long to listen with --source.')
        .argParser(length)
        .default(300_000, '5m'),
    )
    .addOption(
      new Option('--limit <n>', 'Only the best so many.').argParser(optionValue(parseLimit)).default(10),
    )
    .addOption(outputOption())
    .addHelpText('after', HELP)
    .action(async (options: FindOptions, command: Command) => {
      const { config } = loadCommandConfig(command, context);
      const nowMs = patience.now();
      const dials = (options.dial ?? []).map((text) => parseDial(text, nowMs, config.usage.zone));
      const { commodity = null, load } = options;
      if (dials.length === 0 && load === undefined && commodity === null && options.source === undefined)
        throw new Fault('USAGE', 'Say what you know of your meter: --dial, --load or --commodity.');
      const clues: Omit<Clues, 'load'> = { commodity, dials: dials.toSorted((a, b) => a.timeMs - b.timeMs) };
      const isOnAir = options.source !== undefined;
      const found = isOnAir
        ? await listen(config, options, context, patience)
        : await lookUp(databasePath(command, context), options, patience);
      await tell(found, clues, options, context, patience);
    });
}

type Found = Candidates & Pick<Clues, 'load'>;

async function lookUp(path: string, { load }: FindOptions, patience: Patience): Promise<Found> {
  const sinceMs = patience.now() - HISTORY_MS;
  if (load === undefined) return { ...candidatesInDatabase(path, sinceMs), load: null };
  candidatesInDatabase(path, sinceMs);
  const clue = await switchLoad(load, patience);
  patience.say('Thank you. Waiting until the database has it …');
  await patience.sleep(SETTLE_MS);
  return { ...candidatesInDatabase(path, sinceMs), load: clue };
}

/** A recording ends by itself; a radio when it was listened to for long enough. */
async function listen(
  config: Config,
  options: FindOptions,
  context: CommandContext,
  patience: Patience,
): Promise<Found> {
  const air = new MetersOnAir(config, context);
  const enough = new AbortController();
  const listening = air.listen(AbortSignal.any([context.signal, enough.signal]));
  if (options.load === undefined) patience.say(`Listening for ${formatDuration(options.for)} …`);
  const waiting =
    options.load === undefined
      ? patience.sleep(options.for).then(() => null)
      : switchLoad(options.load, patience);
  const load = await Promise.race([waiting, listening.then(() => null)]);
  enough.abort();
  waiting.catch(() => {});
  await listening.catch((error: unknown) => {
    if (error !== enough.signal.reason) throw error;
  });
  return { ...air.candidates, load };
}

async function tell(
  { candidates, withoutHistory, load }: Found,
  clues: Omit<Clues, 'load'>,
  { limit, output }: FindOptions,
  context: CommandContext,
  { say }: Patience,
): Promise<void> {
  if (candidates.length === 0) {
    say('No meter has been heard yet.');
    return;
  }
  if (withoutHistory > 0 && (load !== null || clues.dials.length > 1)) {
    const what = `Of ${withoutHistory} of ${candidates.length} meters only the last state is known, which says nothing of how they went on`;
    say(`${what}: set readings.unknown = "store" for a day, or let this command listen with --source.`);
  }
  const ranked = rankMeters(candidates, { ...clues, load });
  await printRows(context, LAYOUT, output, ranked.slice(0, limit));
  const best = ranked[0];
  if (best !== undefined && best.probability >= 0.9)
    say(`It is this one, most likely: ertd meters add ${idOf(best.candidate.key)} --name …`);
}

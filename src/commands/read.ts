import { setTimeout as delay } from 'node:timers/promises';
import { Command, Option } from 'commander';
import { Fault } from '../errors.js';
import { parseDuration } from '../quantity.js';
import type { EndpointKey } from '../readings/endpoint.js';
import { isoTime } from '../sinks/layout.js';
import { changeDatabase } from '../sinks/sqlite-change.js';
import { DatabaseReader, type ReadingRow } from '../sinks/sqlite-read.js';
import { requestReading, withdrawRequest } from '../sinks/sqlite-requests.js';
import { addConfigOptions, loadCommandConfig } from './config-options.js';
import type { CommandContext } from './context.js';
import { databasePath } from './database-path.js';
import { optionValue } from './option-value.js';

const HELP = `
Waits for the next packet of the meter that is believed, and prints its register. ertd run has to listen meanwhile; it is
asked to write each reading of this meter down at once. The meter has to be yours (ertd meters add), or readings.unknown
to be "store": of others no readings are kept.

With --source it listens by itself, to any meter: where no ertd run does, or to another radio, or to a recording, which it
reads to its end. What the database knows of the meter counts, and nothing is written. Exit status 69 where no reading came.

Examples:
  ertd read House                            # 2026-11-20T10:41:07.123Z House 12345.67 kWh
  ertd read 10000001 --timeout 30m --output json
  ertd read 10000001 --source rtltcp://192.168.1.5:1234
`;

/** How often the database is looked at, ms. */
const POLL_MS = 250;

interface ReadOptions {
  readonly timeout: number;
  readonly output: 'text' | 'json';
  /** Given where it is to listen by itself. */
  readonly source?: unknown;
}

const SETTINGS = [
  'database.path',
  'receiver.source',
  'receiver.centerHz',
  'receiver.sampleRateHz',
  'receiver.gainDb',
  'receiver.ppm',
  'receiver.format',
  'decode.protocols',
  'decode.minConfidence',
] as const;

/** What is printed of a reading. */
type Printed = Pick<
  ReadingRow,
  'timeMs' | 'meter' | 'id' | 'name' | 'register' | 'counts' | 'value' | 'unit'
>;

/** `ertd read`: waits for the next reading of a meter. */
export function readCommand(context: CommandContext): Command {
  return addConfigOptions(new Command('read'), SETTINGS)
    .description('wait for the next packet of a meter and print what it says')
    .argument('<meter>', 'an ID, or a name')
    .addOption(
      new Option('--timeout <time>', 'How long to wait.')
        .argParser(optionValue(parseDuration))
        .default(300_000, '5m'),
    )
    .addOption(new Option('--output <how>', 'How to print.').choices(['text', 'json']).default('text'))
    .addHelpText('after', HELP)
    .action(async (which: string, { timeout, output, source }: ReadOptions, command: Command) => {
      const row =
        source === undefined
          ? await nextReading(databasePath(command, context), which, timeout, context.signal)
          : await heardReading(which, timeout, command, context);
      if (row !== null) context.stdout.write(output === 'json' ? jsonOf(row) : textOf(row));
    });
}

async function heardReading(
  which: string,
  timeoutMs: number,
  command: Command,
  context: CommandContext,
): Promise<Printed | null> {
  const { readFromSource } = await import('./read-source.js');
  const heard = await readFromSource(which, timeoutMs, loadCommandConfig(command, context), context);
  if (heard === null) return null;
  const { timeMs, meter, packet, register, counts, value, unit } = heard;
  return { timeMs, meter: meter.key, id: packet.id, name: meter.name, register, counts, value, unit };
}

/** @returns null where the signal aborted */
async function nextReading(
  path: string,
  which: string,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<ReadingRow | null> {
  const reader = DatabaseReader.open(path);
  const beganMs = Date.now();
  const meter = keyOf(reader, which);
  try {
    changeDatabase(path, (db) => requestReading(db, meter, beganMs, beganMs + timeoutMs));
    while (!signal.aborted) {
      const row = reader.readings({ meter, sinceMs: beganMs, untilMs: null, limit: 1 }).next().value;
      if (row !== undefined) return row;
      if (Date.now() - beganMs >= timeoutMs) throw nothingCame(reader, which, timeoutMs);
      await delay(POLL_MS, undefined, { signal }).catch(() => {});
    }
    return null;
  } finally {
    reader.close();
    changeDatabase(path, (db) => withdrawRequest(db, meter));
  }
}

function keyOf(reader: DatabaseReader, which: string): EndpointKey {
  const found = reader.meters().find(({ id, key, name }) => [String(id), key, name].includes(which));
  if (found !== undefined) return found.meter;
  throw new Fault('USAGE', `Meter ${which} has not been heard; ertd meters lists those that were.`);
}

function nothingCame(reader: DatabaseReader, which: string, timeoutMs: number): Fault {
  const heard = reader.meters().find(({ id, key, name }) => [String(id), key, name].includes(which));
  const last = heard === undefined ? '' : `; it was heard last before ${isoTime(heard.lastHeardMs)}`;
  const advice =
    'ertd status tells whether the daemon receives, --source listens without one; is the meter yours?';
  const what = `No reading of ${which} within ${timeoutMs / 1000} s${last}`;
  return new Fault('SOURCE_LOST', `${what}; ${advice}.`);
}

function textOf({ timeMs, id, name, value, counts, unit }: Printed): string {
  const reading = value === null ? `${counts} counts` : `${value} ${unit}`;
  return `${isoTime(timeMs)} ${name ?? id} ${reading}\n`;
}

function jsonOf({ timeMs, meter, id, name, register, counts, value, unit }: Printed): string {
  return `${JSON.stringify({ time: isoTime(timeMs), meter, id, name, register, counts, value, unit })}\n`;
}

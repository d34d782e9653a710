import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { Command } from 'commander';
import { HistoryImport } from '../daemon/history-import.js';
import { Fault, systemErrorCode } from '../errors.js';
import { readHeardLine } from '../imports/read-line.js';
import { SqliteSink } from '../sinks/sqlite.js';
import { addConfigOptions, loadCommandConfig } from './config-options.js';
import type { CommandContext } from './context.js';
import { databasePath } from './database-path.js';

const HELP = `
Reads lines of rtlamr (-format=json or csv) and of rtl_433 (-F json), and finds out which they are; - is standard input.
Times of rtl_433 without a zone are of usage.zone (--zone). Packets are checked as far as their checksums are printed, and
go through the gate as those that are heard do: of meters that are not yours no readings are kept unless
readings.unknown is "store". The same history may be imported again, nothing counts twice. Stop ertd run meanwhile.

Examples:
  ertd import meters.log
  zcat rtl_433-2025.json.gz | ertd import - --zone America/New_York
`;

/** Lines between two looks at whether it is to end. */
const LINES_A_TURN = 500;
/** Bad lines that are told one by one. */
const MOST_TOLD = 5;

interface LineCounts {
  lines: number;
  packets: number;
  /** The same packet is in another line. */
  twice: number;
  bad: number;
  /** Empty, or of another device. */
  others: number;
}

/** `ertd import`: the history of other programs. @param now wall clock, ms since 1970 */
export function importCommand(context: CommandContext, now: () => number = Date.now): Command {
  return addConfigOptions(new Command('import'), ['database.path', 'usage.zone', 'readings.unknown'])
    .description('take over what rtlamr or rtl_433 has printed')
    .argument('<file...>', 'files of lines; - is standard input')
    .addHelpText('after', HELP)
    .action(async (files: string[], _options: object, command: Command) => {
      const { config: loaded } = loadCommandConfig(command, context);
      const config = { ...loaded, database: { ...loaded.database, path: databasePath(command, context) } };
      const say = (text: string): void => void context.stderr.write(`ertd: ${text}\n`);
      const database = new SqliteSink({
        ...{ ...config.database, ...config.usage, command: 'ertd import', onTrouble: say, onRecovered: say },
        // An old history is not to be pruned for its age.
        packetRetentionMs: null,
      });
      await database.start();
      try {
        const history = new HistoryImport(config, database);
        for (const file of files) await importFile(file, config.usage.zone, history, context, say);
        await history.finish(now());
        const { fresh, old, filled, lost } = history.counts;
        say(`${fresh} packets were news; ${old} were of a time that is known, and added ${filled} readings`);
        if (lost > 0) say(`${lost} readings of meters or registers that were exchanged could not be joined`);
      } finally {
        await database.stop();
      }
    });
}

/** @throws Fault where it cannot be read, or has no packet and bad lines */
async function importFile(
  file: string,
  zone: string,
  history: HistoryImport,
  { stdin, signal }: CommandContext,
  say: (text: string) => void,
): Promise<void> {
  const counts: LineCounts = { lines: 0, packets: 0, twice: 0, bad: 0, others: 0 };
  const input: Readable = file === '-' ? stdin : createReadStream(file);
  // An interface that is asked for lines late loses them; it ends with its input, whose error it does not pass on.
  const failed = new Promise<never>((_, reject) =>
    input.once('error', (error) => reject(readFault(file, error))),
  );
  failed.catch(() => {});
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })[Symbol.asyncIterator]();
  for (;;) {
    const { value: line, done } = await Promise.race([lines.next(), failed]);
    if (done === true || signal.aborted) break;
    counts.lines += 1;
    takeLine(line, file, zone, history, counts, say);
    if (counts.lines % LINES_A_TURN === 0) await turn();
  }
  input.destroy();
  sayCounts(file, counts, say);
  if (counts.packets === 0 && counts.bad > 0)
    throw new Fault('INPUT_INVALID', `${file} has no packet of rtlamr or rtl_433 in it.`);
}

function takeLine(
  line: string,
  file: string,
  zone: string,
  history: HistoryImport,
  counts: LineCounts,
  say: (text: string) => void,
): void {
  const heard = readHeardLine(line, zone);
  if (heard.ok) {
    history.take(heard, file);
    counts.packets += 1;
  } else if (heard.why === 'bad') {
    counts.bad += 1;
    if (counts.bad <= MOST_TOLD) say(`${file}, line ${counts.lines}, is left out: ${heard.reason}`);
  } else if (heard.why === 'twice') counts.twice += 1;
  else counts.others += 1;
}

function sayCounts(
  file: string,
  { lines, packets, twice, bad, others }: LineCounts,
  say: (text: string) => void,
): void {
  const parts = [
    `${packets} packets`,
    ...(twice > 0 ? [`${twice} printed a second time`] : []),
    ...(others > 0 ? [`${others} empty or of other devices`] : []),
    ...(bad > 0 ? [`${bad} bad`] : []),
  ];
  say(`${file}: ${lines} lines, ${parts.join(', ')}`);
}

function readFault(file: string, cause: unknown): unknown {
  const code = systemErrorCode(cause);
  if (code === null) return cause;
  if (code === 'ENOENT') return new Fault('INPUT_NOT_FOUND', `There is no file ${file}.`, { cause });
  return new Fault('IO', `${file} cannot be read: ${code}.`, { cause });
}

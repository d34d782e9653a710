import { Command, Option } from 'commander';
import type { CrystalError } from '../daemon/crystal.js';
import type { ListeningStatus } from '../daemon/listening.js';
import { type DaemonStatus, type ReceiverStatus, summaryOf } from '../daemon/status.js';
import { askStatus, socketFolders, socketsIn } from '../daemon/status-socket.js';
import { Fault } from '../errors.js';
import { formatHertz } from '../quantity.js';
import type { CommandContext } from './context.js';

const HELP = `
Asks every ertd run on this machine that this user may ask. Exit status: 0 where all of them receive and can write
their database, 69 where one does not or none runs, so that a script can ask.

Examples:
  ertd status                    # how it fares
  ertd status --output json      # for other programs
  ertd status > /dev/null || mail -s 'ertd is deaf' me < /dev/null
`;

/** `ertd status`: how the daemon fares. */
export function statusCommand(context: CommandContext): Command {
  return new Command('status')
    .description('tell how the running daemon fares, by exit status too')
    .addOption(new Option('--output <how>', 'How to print.').choices(['text', 'json']).default('text'))
    .addHelpText('after', HELP)
    .action(async ({ output }: { readonly output: 'text' | 'json' }) => {
      const daemons = await runningDaemons(context);
      if (output === 'json') context.stdout.write(`${JSON.stringify(daemons)}\n`);
      else for (const daemon of daemons) context.stdout.write(textOf(daemon, Date.now()));
      const sick = daemons.find(({ healthy }) => !healthy);
      if (sick !== undefined) throw new Fault('SOURCE_LOST', summaryOf(sick));
      if (daemons.length > 0) return;
      const start = 'start it with ertd run or sudo systemctl start ertd';
      throw new Fault('SOURCE_NOT_FOUND', `No ertd runs on this machine that this user may ask: ${start}.`);
    });
}

async function runningDaemons({ env }: CommandContext): Promise<DaemonStatus[]> {
  const sockets = socketFolders(env).flatMap(socketsIn);
  const answers = await Promise.all(sockets.map(askStatus));
  return answers.filter((status) => status !== null);
}

function textOf(daemon: DaemonStatus, nowMs: number): string {
  const { pid, startedMs, receivers, database, sinks } = daemon;
  const lines = [`ertd, process ${pid}, for ${lengthOf((nowMs - startedMs) / 1000)}`];
  for (const receiver of receivers) lines.push(...linesOf(receiver).map((line) => `  ${line}`));
  if (database !== null) {
    const { path, stored, queued, trouble } = database;
    lines.push(`  Database ${path}: ${stored} readings stored, ${queued} waiting`);
    if (trouble !== null) lines.push(`    It cannot be written: ${trouble}`);
  }
  for (const { name, target, queued, sent, dropped, trouble } of sinks) {
    lines.push(`  ${name} ${target}: ${sent} sent, ${queued} waiting, ${dropped} lost`);
    if (trouble !== null) lines.push(`    It cannot be reached: ${trouble}`);
  }
  return `${lines.join('\n')}\n`;
}

function linesOf(receiver: ReceiverStatus): string[] {
  const { name, source, state, why, outages, outageSeconds, packets, meters, secondsSincePacket } = receiver;
  const { centerHz, sampleRateHz, gainDb, tuner, noiseDbfs, samples, lostSamples, droppedSamples } = receiver;
  const since = outageSeconds === null ? '' : `, for ${lengthOf(outageSeconds)}`;
  const last = secondsSincePacket === null ? '' : `, the last ${lengthOf(secondsSincePacket)} ago`;
  const lost = lostSamples === 0 ? 0 : (100 * lostSamples) / (samples + lostSamples);
  const gain = typeof gainDb === 'number' ? `${gainDb.toFixed(1)} dB` : gainDb;
  const noise = noiseDbfs === null ? '' : `, noise ${noiseDbfs.toFixed(1)} dBFS`;
  const radio = tuner === null ? source : `${source} (${tuner})`;
  const { ppm, crystal } = receiver;
  return [
    `${name}: ${state}${since}`,
    ...(why === null ? [] : [`  ${why}`]),
    `  ${radio}, ${formatHertz(centerHz)}, ${sampleRateHz / 1e6} MS/s, gain ${gain}${noise}`,
    ...(receiver.listening === null ? [] : [`  ${listeningText(receiver.listening)}`]),
    `  ${packets} packets of ${meters} meters${last}`,
    ...(crystal === null
      ? []
      : [
          `  crystal ${crystalText(crystal)} off by the carriers of ${crystal.meters} meters, ${ppm} ppm are set`,
        ]),
    `  ${outages} outages; ${lost.toFixed(2)} % of the samples missing, ${droppedSamples} not worked off in time`,
  ];
}

/** Windows that are named, of those that a radio is moved about. */
const NAMED_WINDOWS = 4;

function listeningText(status: ListeningStatus): string {
  const { windows, moves, blankedShare, delayMs, why, meters, foreseen } = status;
  const named = windows.slice(0, NAMED_WINDOWS);
  const shares = named.map(
    ({ centerHz, share }) => `${(centerHz / 1e6).toFixed(2)} (${(100 * share).toFixed(0)} %)`,
  );
  const now = why === 'discovery' ? 'looks round now' : 'is where most is heard now';
  const delay = delayMs === null ? 'not measured' : `${delayMs.toFixed(0)} ms`;
  return [
    `listens for ${meters} meters, knows how ${foreseen} of them hop, ${now}`,
    ...(named.length === 0 ? [] : [`so far at ${shares.join(', ')} MHz`]),
    `${moves} moves, ${(100 * blankedShare).toFixed(1)} % of the time (delay of the radio ${delay})`,
  ].join('; ');
}

function crystalText({ ppm, errorPpm }: CrystalError): string {
  return `${ppm.toFixed(1)} ± ${errorPpm.toFixed(1)} ppm`;
}

const UNITS = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
  ['s', 1],
] as const;

/** A length of time in its two largest units; s → `2 d 3 h`. */
function lengthOf(seconds: number): string {
  const parts: string[] = [];
  let rest = Math.floor(seconds);
  for (const [name, length] of UNITS) {
    const count = Math.floor(rest / length);
    rest -= count * length;
    if (count > 0) parts.push(`${count} ${name}`);
  }
  return parts.slice(0, 2).join(' ') || '0 s';
}

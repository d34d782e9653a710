import type { StatusView } from '../http/house.js';
import type { Reading } from '../readings/reading.js';
import { megahertz } from '../sinks/layout.js';

/** A meter as far as the screen shows it. */
export interface TopMeter {
  readonly key: string;
  readonly name: string | null;
  readonly commodity: string;
  readonly unit: string | null;
  readonly registers: readonly { readonly counts: number; readonly value: string | null }[];
  readonly packets: number;
  readonly lastHeardMs: number;
  readonly endpoints: readonly { readonly snrDb: number }[];
}

/** A packet as it is shown; `id` is null for a meter of somebody else. */
export type TopPacket = Pick<
  Reading,
  'timeMs' | 'protocol' | 'commodity' | 'consumption' | 'snrDb' | 'carrierHz'
> & {
  readonly id: number | null;
};

export interface TopState {
  readonly status: StatusView;
  readonly meters: readonly TopMeter[];
  /** Newest first. */
  readonly packets: readonly TopPacket[];
  readonly nowMs: number;
}

/** Lines for meters, however many packets there are, and the other way round. */
const LEAST_LINES = 4;

/** What the screen shows, line by line: receivers, meters, and packets as they come. */
export function topScreen(
  { status, meters, packets, nowMs }: TopState,
  columns: number,
  rows: number,
): string[] {
  const receivers = status.receivers.flatMap((receiver) => [
    `${receiver.name}: ${receiver.state}${receiver.why === null ? '' : ` (${receiver.why})`}`,
    `  ${megahertz(receiver.centerHz)} MHz, gain ${gainText(receiver.gainDb)}, noise ${noiseText(receiver.noiseDbfs)}, ` +
      `${receiver.packets} packets of ${receiver.meters} meters, clipped ${percent(receiver.clippedSamples, receiver.samples)}, ` +
      `lost ${percent(receiver.lostSamples, receiver.samples + receiver.lostSamples)}`,
  ]);
  const room = Math.max(2 * LEAST_LINES, rows - receivers.length - 6);
  const forMeters = Math.min(meters.length, Math.max(LEAST_LINES, room >> 1));
  const lines = [
    ...receivers,
    '',
    'METER                     WHAT          READING   HEARD      SNR dB   PACKETS',
    ...meters.slice(0, forMeters).map((meter) => meterLine(meter, nowMs)),
    ...(meters.length > forMeters ? [`… ${meters.length - forMeters} more`] : []),
    '',
    'PACKETS                   WHAT          REGISTER  MHz        SNR dB   MESSAGE',
    ...packets.slice(0, Math.max(LEAST_LINES, room - forMeters)).map((packet) => packetLine(packet, nowMs)),
  ];
  return lines.slice(0, rows - 1).map((line) => printable(line).slice(0, columns));
}

function meterLine(
  { key, name, commodity, unit, registers, lastHeardMs, endpoints, packets }: TopMeter,
  nowMs: number,
): string {
  const [register] = registers;
  const reading =
    register === undefined
      ? '–'
      : `${register.value ?? register.counts}${unit === null || register.value === null ? '' : ` ${unit}`}`;
  const snrDb = Math.max(...endpoints.map((endpoint) => endpoint.snrDb));
  return row([
    name ?? key,
    commodity,
    reading,
    agoText(nowMs - lastHeardMs),
    snrDb.toFixed(0),
    String(packets),
  ]);
}

function packetLine(
  { timeMs, id, commodity, consumption, carrierHz, snrDb, protocol }: TopPacket,
  nowMs: number,
): string {
  const when = timeMs === null ? '–' : agoText(nowMs - timeMs);
  const who = `${id ?? 'somebody else’s'}, ${when}`;
  return row([who, commodity, String(consumption ?? '–'), megahertz(carrierHz), snrDb.toFixed(0), protocol]);
}

function row([
  who = '',
  what = '',
  reading = '',
  heard = '',
  snr = '',
  last = '',
]: readonly string[]): string {
  return `${who.padEnd(24)}  ${what.padEnd(8)}  ${reading.padStart(11)}   ${heard.padEnd(9)}  ${snr.padStart(6)}   ${last.padStart(7)}`;
}

/** A name from the radio or a file must not move the cursor. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '?');
}

function agoText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 120) return `${seconds} s ago`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min ago` : `${Math.round(seconds / 3600)} h ago`;
}

function gainText(gainDb: number | string): string {
  return typeof gainDb === 'number' ? `${gainDb.toFixed(1)} dB` : gainDb;
}

function noiseText(noiseDbfs: number | null): string {
  return noiseDbfs === null ? '–' : `${noiseDbfs.toFixed(1)} dBFS`;
}

function percent(part: number, all: number): string {
  return `${((100 * part) / Math.max(1, all)).toFixed(2)} %`;
}

import { type Command, InvalidArgumentError } from 'commander';
import { DURATION_TEXT, parseDuration } from '../quantity.js';
import { PacketFilter } from '../sinks/packet-filter.js';

/** What rtlamr's flags of these names say. */
export interface PacketOptions {
  readonly filterId?: readonly number[];
  readonly filterType?: readonly number[];
  readonly unique?: true;
  readonly single?: true;
  /** ms. */
  readonly duration?: number;
}

export const PACKET_HELP = `
For scripts that were written for rtlamr or rtl_433: --output rtlamr-json, rtlamr-csv, rtlamr-plain and rtl433-json print
what those print, byte for byte, and --filter-id, --filter-type, --unique, --single and --duration do what rtlamr's
flags do. They choose what is printed; the database keeps everything.
`;

/** Adds the options that choose which packets are printed, and when to stop. */
export function addPacketOptions(command: Command): Command {
  return command
    .option('--filter-id <ids>', 'Print only packets of these IDs.', numbers)
    .option('--filter-type <types>', 'Print only packets of these types, as rtlamr prints them.', numbers)
    .option('--unique', 'Leave out a packet with the same check as the one before of that ID.')
    .option('--single', 'Stop after the first packet printed; with --filter-id, after one of each ID.')
    .option('--duration <time>', 'Stop after so much time, such as 90s or 1h; 0 never.', lengthOfTime);
}

/** The filter that the options ask for. @param onSatisfied told when `--single` has what it waited for */
export function packetFilter(options: PacketOptions, onSatisfied: () => void): PacketFilter {
  const { filterId = null, filterType = null, unique = false, single = false } = options;
  return new PacketFilter({ ids: filterId, types: filterType, unique, single, onSatisfied });
}

function numbers(text: string): readonly number[] {
  const words = text.split(',').map((word) => word.trim());
  if (words.every((word) => /^\d{1,10}$/.test(word))) return words.map(Number);
  throw new InvalidArgumentError(
    'It must be whole numbers with commas between them, such as 10000001,10000002.',
  );
}

function lengthOfTime(text: string): number {
  if (DURATION_TEXT.test(text)) return parseDuration(text);
  throw new InvalidArgumentError('It must be a length of time, such as 90s, 5m or 1h.');
}

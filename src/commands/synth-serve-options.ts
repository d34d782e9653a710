import { type Command, Option } from 'commander';
import { Fault } from '../errors.js';
import { type PlannedFault, parseFault } from '../synth/transport-fault.js';
import { optionValue } from './option-value.js';
import {
  addStreetOptions,
  between,
  parsedOption,
  parseSeconds,
  type StreetOptions,
} from './street-options.js';

/** The options of `ertd synth serve` as they were given. */
export interface ServeOptions extends StreetOptions {
  readonly drift: number;
  /** Hz */
  readonly wander: number;
  readonly interferers: number;
  readonly speed: number;
  readonly fault: readonly PlannedFault[];
  /** s */
  readonly faultEvery?: number;
  readonly truth?: string;
  readonly force?: true;
}

export function addServeOptions(command: Command): Command {
  const drift = between(0, 1000, 'a number of ppm');
  const wander = between(0, 100_000, 'a number of hertz');
  const interferers = between(0, 10_000, 'a number');
  const readFault = optionValue(parseFault);
  const fault = new Option('--fault <fault>', 'A fault, such as stall@30s; may be given again.')
    .argParser((text: string, before: readonly PlannedFault[]) => [...before, readFault(text)])
    .default([], 'none');
  return addStreetOptions(command)
    .addOption(parsedOption('--drift <ppm>', 'How far that crystal drifts.', drift, 2))
    .addOption(parsedOption('--wander <hertz>', 'How far the carriers of meters wander.', wander, 2000))
    .addOption(parsedOption('--interferers <number>', "Other systems' signals, a second.", interferers, 5))
    .addOption(parsedOption('--speed <factor>', 'Times real time.', between(0.01, 100, 'a number'), 1))
    .addOption(fault)
    .addOption(parsedOption('--fault-every <time>', 'Faults of all kinds, about so often.', parseSeconds))
    .option('--truth <file>', 'Where to write what was sent and could be heard.')
    .option('--force', 'Overwrite a file that exists.');
}

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** Reads `host:port`, `[::1]:port` or a port of this machine. @throws Fault `USAGE` */
export function parseListenAddress(text: string): ListenAddress {
  const match = /^(?:(?:\[([^\]]+)\]|([^:[\]]+)):)?(\d+)$/.exec(text);
  const port = Number(match?.[3]);
  if (match !== null && port <= 65_535) return { host: match[1] ?? match[2] ?? '127.0.0.1', port };
  throw new Fault('USAGE', `"${text}" is no address to listen on; write it like 127.0.0.1:1234 or 1234.`);
}

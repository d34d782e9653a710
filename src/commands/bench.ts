import { availableParallelism, cpus } from 'node:os';
import { setImmediate as turn } from 'node:timers/promises';
import { Command, Option } from 'commander';
import { bestKernel } from '../dsp/kernel.js';
import type { KernelName } from '../dsp/kernel-loops.js';
import { Fault } from '../errors.js';
import {
  DONGLE,
  receiverSpeed,
  simulatedAir,
  stageSpeeds,
  WHOLE_BAND,
  type Window,
} from './bench-measure.js';
import type { CommandContext } from './context.js';
import { optionValue } from './option-value.js';

const HELP = `
Measures on simulated air, without a radio: how many samples a second the receiver takes, how many times real time
that is, and what share of one core a live radio will need. Nothing else should be running meanwhile.

Examples:
  ertd bench                        # some fifteen seconds
  ertd bench --seconds 0.5          # a quicker look
  ertd bench --output json          # for other programs
`;

/** Share of a core up to which a machine has room for other work, and beyond which samples may be lost. */
const COMFORTABLE = 0.5;
const POSSIBLE = 0.85;
/** Packets a second of a busy street. */
const BUSY = 100;

/** One line of the table. */
interface Row {
  readonly window: Window;
  readonly packetsPerSecond: number;
  readonly kernel: KernelName;
  readonly samplesPerSecond: number;
}

interface BenchOptions {
  readonly seconds: number;
  readonly output: 'text' | 'json';
}

/** `ertd bench`: what this machine can receive. */
export function benchCommand(context: CommandContext): Command {
  return new Command('bench')
    .description('measure what this machine can receive')
    .addOption(
      new Option('--seconds <seconds>', 'How long each figure is measured.')
        .argParser(optionValue(parseSeconds))
        .default(2),
    )
    .addOption(new Option('--output <how>', 'How to print.').choices(['text', 'json']).default('text'))
    .addHelpText('after', HELP)
    .action(async ({ seconds, output }: BenchOptions) => {
      const bench = new Bench(context, seconds);
      const results = await bench.run();
      context.stdout.write(output === 'json' ? `${JSON.stringify(results)}\n` : bench.text(results));
    });
}

/** @throws Fault `USAGE` */
function parseSeconds(text: string): number {
  const value = Number(text);
  if (value >= 0.05 && value <= 600) return value;
  throw new Fault('USAGE', `"${text}" is not a number of seconds from 0.05 to 600.`);
}

interface Results {
  readonly processor: string;
  readonly cores: number;
  readonly node: string;
  readonly rows: readonly Row[];
  /** ns a sample, with the fastest kernel in a dongle's window. */
  readonly stages: Readonly<Record<string, number>>;
  readonly memoryBytes: number;
}

class Bench {
  readonly #context: CommandContext;
  readonly #seconds: number;

  constructor(context: CommandContext, seconds: number) {
    this.#context = context;
    this.#seconds = seconds;
  }

  async run(): Promise<Results> {
    const best = bestKernel();
    const dongle = await this.#air(DONGLE, 0);
    const rows = [await this.#row(DONGLE, 0, best, dongle)];
    const stages = stageSpeeds(DONGLE, dongle, best, this.#seconds / 4);
    rows.push(await this.#row(DONGLE, BUSY, best, await this.#air(DONGLE, BUSY)));
    if (best !== 'reference') rows.push(await this.#row(DONGLE, 0, 'reference', dongle));
    rows.push(await this.#row(WHOLE_BAND, 0, best, await this.#air(WHOLE_BAND, 0)));
    const whole = 1 / rows[0].samplesPerSecond;
    const rest = Math.max(0, whole - stages.convert - stages.filterbank - stages.search);
    this.#say('');
    return {
      processor: cpus()[0]?.model.trim() ?? 'unknown processor',
      cores: availableParallelism(),
      node: process.version,
      rows,
      stages: {
        'samples to float': 1e9 * stages.convert,
        'window, FFT, power': 1e9 * stages.filterbank,
        'noise floor, sync search': 1e9 * stages.search,
        'candidates, foreign signals': 1e9 * rest,
      },
      memoryBytes: process.memoryUsage.rss(),
    };
  }

  text({ processor, cores, node, rows, stages, memoryBytes }: Results): string {
    const line = (cells: readonly string[]): string =>
      `${cells[0].padEnd(32)}${cells
        .slice(1)
        .map((cell) => cell.padStart(13))
        .join('')}`.trimEnd();
    return `${[
      `${processor}, ${cores} ${cores === 1 ? 'core' : 'cores'}, Node.js ${node}`,
      '',
      line(['window', 'kernel', 'MS/s', '× real time', 'of one core']),
      ...rows.map((row) =>
        line([
          nameOf(row),
          row.kernel,
          (row.samplesPerSecond / 1e6).toFixed(1),
          (row.samplesPerSecond / row.window.sampleRateHz).toFixed(1),
          percent(shareOf(row)),
        ]),
      ),
      '',
      line(['stage (2.4 MS/s)', 'ns a sample']),
      ...Object.entries(stages).map(([name, nanoseconds]) => line([name, nanoseconds.toFixed(1)])),
      '',
      `Memory of this process: ${(memoryBytes / 1e6).toFixed(0)} MB, the simulated air included`,
      advice(rows, cores),
    ].join('\n')}\n`;
  }

  async #air(window: Window, packetsPerSecond: number): Promise<Uint8Array> {
    this.#say(`making ${nameOf({ window, packetsPerSecond })} …`);
    await turn(undefined, { signal: this.#context.signal });
    // A second of a dongle's samples, which the whole band has in a fifth of it.
    return simulatedAir(window, packetsPerSecond, DONGLE.sampleRateHz / window.sampleRateHz);
  }

  async #row(window: Window, packetsPerSecond: number, kernel: KernelName, air: Uint8Array): Promise<Row> {
    this.#say(`measuring ${nameOf({ window, packetsPerSecond })}, ${kernel} …`);
    await turn(undefined, { signal: this.#context.signal });
    const samplesPerSecond = receiverSpeed(window, air, kernel, this.#seconds);
    return { window, packetsPerSecond, kernel, samplesPerSecond };
  }

  /** A line that the next one overwrites, on a terminal only. */
  #say(text: string): void {
    const { stderr } = this.#context;
    if (stderr.isTTY === true) stderr.write(`\r${text.padEnd(60)}\r`);
  }
}

function nameOf({ window, packetsPerSecond }: Pick<Row, 'window' | 'packetsPerSecond'>): string {
  const air = packetsPerSecond === 0 ? '' : `, ${packetsPerSecond} packets/s`;
  return `${window.sampleRateHz / 1e6} MS/s ${window.format}${air}`;
}

/** Share of one core that a live radio takes. */
function shareOf({ window, samplesPerSecond }: Row): number {
  return window.sampleRateHz / samplesPerSecond;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.0995 ? 1 : 0)} %`;
}

/** What the figures mean for the user of this machine. */
function advice(rows: readonly Row[], cores: number): string {
  const worst = (window: Window): number =>
    Math.max(...rows.filter((row) => row.window === window && row.kernel === bestKernel()).map(shareOf));
  const [dongle, band] = [worst(DONGLE), worst(WHOLE_BAND)];
  const bandCores = band <= POSSIBLE ? 1 : Math.ceil(band / POSSIBLE);
  return [
    dongle <= COMFORTABLE
      ? `A dongle takes ${percent(dongle)} of one core at its busiest: this machine has room for ${Math.max(1, Math.floor((COMFORTABLE * cores) / dongle))}.`
      : dongle <= POSSIBLE
        ? `A dongle takes ${percent(dongle)} of one core at its busiest: it works, with little room for anything else.`
        : 'A dongle at 2.4 MS/s is too much for this machine: lower the window, for example --rate 1M.',
    bandCores <= cores
      ? `The whole band (12.5 MS/s) takes ${percent(band)} of one core${bandCores > 1 ? `, so ${bandCores} cores` : ''}.`
      : 'The whole band (12.5 MS/s) is too much for this machine.',
  ].join('\n');
}

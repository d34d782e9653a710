import { Fault } from '../errors.js';
import { ChildLink } from './child-link.js';
import { ChildProgram, findProgram } from './child-program.js';
import { splitCommand } from './command-line.js';
import { type Link, type LinkRequest, type LiveOptions, LiveSource } from './live.js';
import type { SampleFormat, Tuning } from './source.js';
import { StallWatch } from './stall-watch.js';

export interface ExecOptions extends LiveOptions {
  /** Program and arguments; `{center}` and `{rate}` in them stand for what is wanted, Hz. */
  readonly command: string;
  readonly format: SampleFormat;
  /** Longest silence before the first samples, ms; 10000 where absent. */
  readonly firstSampleMs?: number | undefined;
  /** Silence after which the program is started again, ms; 3000 where absent. */
  readonly stallMs?: number | undefined;
}

/**
 * Any program that writes samples to its standard output: `hackrf_transfer -r -`, `airspy_rx`, `rx_sdr -`. One
 * that ends or falls silent is started again.
 */
export class ExecSource extends LiveSource {
  /** @throws Fault `USAGE` where the command cannot be split into words */
  constructor(options: ExecOptions) {
    const [program] = splitCommand(options.command);
    const name = program.replace(/.*\//, '');
    super(
      {
        id: name,
        name,
        format: options.format,
        // Gain and correction are in the program's arguments, if anywhere.
        nearest: ({ centerHz, sampleRateHz }) => ({ centerHz, sampleRateHz, gainDb: 'auto', ppm: 0 }),
        openLink: (request) => openExecLink(options, request),
      },
      options,
    );
  }
}

/** Starts the program. @throws Fault `SOURCE_NOT_FOUND` where no samples come of it */
async function openExecLink(
  { command, firstSampleMs = 10_000, stallMs = 3000 }: ExecOptions,
  { tuning, onSamples, signal }: LinkRequest,
): Promise<Link> {
  const [program, ...args] = splitCommand(command).map((word) => filledIn(word, tuning));
  const path = findProgram(program ?? '');
  if (path === null) {
    const message = `There is no program ${program} to be started: install it, or give its whole path.`;
    throw new Fault('SOURCE_NOT_FOUND', message);
  }
  const child = new ChildProgram(path, args, { stdout: 'pipe' });
  const link = new ChildLink(child, signal, (how) => programEnded(program ?? path, how, child.lastLine));
  const watch = new StallWatch(firstSampleMs, (silentMs) => link.end(silent(program ?? path, silentMs)));
  const first = new Promise<null>((resolve) => {
    child.stdout?.on('data', (bytes: Uint8Array) => {
      watch.flowed(stallMs);
      onSamples(bytes);
      resolve(null);
    });
  });
  void link.ended.then(() => watch.stop());
  const why = await Promise.race([first, link.ended]);
  if (why !== null) throw new Fault('SOURCE_NOT_FOUND', why.message, { retryable: true });
  return { ended: link.ended, tune: () => {} };
}

function filledIn(word: string, { centerHz, sampleRateHz }: Tuning): string {
  return word
    .replaceAll('{center}', String(Math.round(centerHz)))
    .replaceAll('{rate}', String(Math.round(sampleRateHz)));
}

function programEnded(program: string, how: string, lastLine: string | null): Fault {
  const said = lastLine === null ? '' : `, saying "${lastLine}"`;
  const message = `${program} ended (${how})${said}: starting it again until samples come.`;
  return new Fault('SOURCE_LOST', message, { retryable: true });
}

function silent(program: string, silentMs: number): Fault {
  const message = `No samples from ${program} for ${silentMs / 1000} s: starting it again.`;
  return new Fault('SOURCE_STALLED', message, { retryable: true });
}

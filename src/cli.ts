import { isatty } from 'node:tty';
import { runErtd } from './commands/program.js';
import { EXIT, Fault, systemErrorCode } from './errors.js';

/** How long a command may go on after its output broke, ms. */
const LAST_WORDS_MS = 2000;

/** How long output that nobody reads holds up the end of a process that was told to stop, ms. */
const UNREAD_MS = 200;

/** One Ctrl-C can arrive twice, from the terminal and from npm; a second one is meant only after this, ms. */
const ECHO_MS = 1000;

/** Asked now, as there is nobody to ask once it is closed. */
const hasTerminal = [0, 1, 2].some((fd) => isatty(fd));

const stop = new AbortController();
let stoppedAtMs = 0;
/** Exit status where standard output ended before the command. */
let outputStatus: number | null = null;

/** The first signal asks the command to stop, a later one ends a process that does not. */
function onSignal(_name: NodeJS.Signals, number: number): void {
  if (!stop.signal.aborted) {
    stoppedAtMs = performance.now();
    stop.abort();
  } else if (performance.now() - stoppedAtMs > ECHO_MS) {
    process.exit(128 + number);
  }
}

/**
 * The terminal was closed. For a process without one, a service or one started by nohup (which Node.js does not let
 * keep the signal from it), that is no reason to end: there is nothing to be read again either.
 */
function onHangup(name: NodeJS.Signals, number: number): void {
  if (hasTerminal) onSignal(name, number);
}

/** Without output there is no use in going on, but the command may still put away what it has. */
function onOutputError(cause: Error): void {
  if (outputStatus !== null) return;
  const readerGone = systemErrorCode(cause) === 'EPIPE';
  if (!readerGone) process.stderr.write(`ertd: Standard output cannot be written: ${cause.message}.\n`);
  const status = readerGone ? EXIT.ok : EXIT.io;
  outputStatus = status;
  stop.abort();
  setTimeout(() => process.exit(status), LAST_WORDS_MS).unref();
}

/** Exits once all that was printed is out; a reader that stopped reading does not hold up who was told to stop. */
function finish(status: number): void {
  process.stdout.write('', (error) => {
    if (error) onOutputError(error);
    process.exit(outputStatus ?? status);
  });
  const leave = () => setTimeout(() => process.exit(outputStatus ?? status), UNREAD_MS);
  if (stop.signal.aborted) leave();
  else stop.signal.addEventListener('abort', leave);
}

/** Tells a fault that nobody caught by its sentence, and a bug by its stack. */
function fail(error: unknown): never {
  if (error instanceof Fault) {
    process.stderr.write(`ertd: ${error.message}\n`);
    process.exit(error.exitCode);
  }
  const stack = error instanceof Error ? error.stack : String(error);
  process.stderr.write(`ertd: This is a bug in ertd, please report it.\n${stack}\n`);
  process.exit(EXIT.bug);
}

process.on('SIGINT', onSignal);
process.on('SIGTERM', onSignal);
process.on('SIGHUP', onHangup);
process.on('uncaughtException', fail);
process.stdout.on('error', onOutputError);
// With nobody left to tell there is nothing to do but go on.
process.stderr.on('error', () => {});

runErtd(process.argv.slice(2), {
  // Looking at `process.stdin` already opens it, so that is left to the command that reads it.
  get stdin() {
    return process.stdin;
  },
  stdout: process.stdout,
  stderr: process.stderr,
  signal: stop.signal,
  onFlushRequest: (listener) => void process.on('SIGUSR2', listener),
  env: process.env,
}).then(finish, fail);

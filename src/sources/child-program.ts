import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** How long a program may take to end once asked to, and once killed, ms. */
const TERM_MS = 1500;
const KILL_MS = 300;
/** How long after a program's end its last words may still be on their way, ms. */
const LAST_WORDS_MS = 200;

export interface ChildOptions {
  /** Is given each line that the program writes to standard error. */
  readonly onLine?: (line: string) => void;
  /** Where its standard output goes; by default nowhere. */
  readonly stdout?: 'pipe' | 'ignore';
}

/**
 * A program that runs for as long as it is needed. It ends with this process, however that ends: a program left
 * behind would keep the dongle from the next.
 */
export class ChildProgram {
  /** Resolves with how it ended, such as `exit status 1`; never rejects. */
  readonly ended: Promise<string>;
  readonly #child: ChildProcess;
  #lastLine: string | null = null;

  constructor(path: string, args: readonly string[], { onLine, stdout = 'ignore' }: ChildOptions = {}) {
    const [command, ...rest] = [...endingWithUs(), path, ...args];
    this.#child = spawn(command ?? path, rest, { stdio: ['ignore', stdout, 'pipe'] });
    const lines = this.#child.stderr && createInterface({ input: this.#child.stderr });
    lines?.on('line', (line) => {
      if (line.trim() !== '') this.#lastLine = line.trim().slice(0, 200);
      onLine?.(line);
    });
    this.ended = this.#end();
  }

  get stdout(): Readable | null {
    return this.#child.stdout;
  }

  get pid(): number | null {
    return this.#child.pid ?? null;
  }

  /** What it said last on standard error: mostly why it ended. */
  get lastLine(): string | null {
    return this.#lastLine;
  }

  /**
   * Ends it: asks, then kills. Waits no longer than two seconds, since a program that hangs in the kernel
   * (a wedged USB stack) does not even die of that.
   * @returns whether it has ended
   */
  async stop(): Promise<boolean> {
    this.#child.kill('SIGTERM');
    if (await this.#endsWithin(TERM_MS)) return true;
    this.#child.kill('SIGKILL');
    return this.#endsWithin(KILL_MS);
  }

  #endsWithin(ms: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), ms);
      void this.ended.then(() => {
        clearTimeout(timer);
        resolve(true);
      });
    });
  }

  #end(): Promise<string> {
    return new Promise((resolve) => {
      this.#child.on('error', (error) => resolve(`cannot be started: ${error.message}`));
      this.#child.on('close', (status, signal) => resolve(wayOut(status, signal)));
      // A program of its own may hold its pipes open.
      this.#child.on('exit', (status, signal) => {
        setTimeout(() => {
          this.#child.stdout?.destroy();
          this.#child.stderr?.destroy();
          resolve(wayOut(status, signal));
        }, LAST_WORDS_MS);
      });
    });
  }
}

function wayOut(status: number | null, signal: NodeJS.Signals | null): string {
  return signal === null ? `exit status ${status}` : `ended by ${signal}`;
}

/** Where the shell would find a program, or null. @param name one with a slash is looked up as it is */
export function findProgram(name: string): string | null {
  if (name.includes('/')) return isExecutable(name) ? name : null;
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, name)).find(isExecutable) ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

let prefix: readonly string[] | null = null;

/** Has the kernel end a program when its parent does, where there is util-linux's setpriv to ask for it. */
function endingWithUs(): readonly string[] {
  if (prefix === null) {
    const setpriv = ['setpriv', '--pdeathsig', 'TERM'] as const;
    const works = spawnSync(setpriv[0], [...setpriv.slice(1), 'true'], { stdio: 'ignore' }).status === 0;
    prefix = works ? setpriv : [];
  }
  return prefix;
}

import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { vi } from 'vitest';

const BIN = fileURLToPath(new URL('../bin/ertd.js', import.meta.url));

/** The built `ertd` as a process that runs on. */
export class ErtdProcess {
  readonly child: ChildProcess;
  /** Resolves with the exit status, or the name of the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
  out = '';
  err = '';

  /**
   * @param stdout where its standard output goes; read and kept by default
   * @param changes of the environment
   */
  constructor(
    args: readonly string[],
    stdout: 'pipe' | number = 'pipe',
    changes: Readonly<Record<string, string>> = {},
  ) {
    const stdio: StdioOptions = ['ignore', stdout, 'pipe'];
    const env = { ...process.env, XDG_CONFIG_HOME: '/nonexistent', ...changes };
    this.child = spawn(process.execPath, [BIN, ...args], { env, stdio });
    this.child.stdout?.on('data', (data: Buffer) => {
      this.out += data.toString();
    });
    this.child.stderr?.on('data', (data: Buffer) => {
      this.err += data.toString();
    });
    this.ended = once(this.child, 'close').then(([status, signal]) => status ?? signal);
  }

  /** Waits until it has said this on stderr. */
  async says(what: string | RegExp): Promise<void> {
    await vi.waitFor(
      () => {
        if (!new RegExp(what).test(this.err)) throw new Error(`it has said only: ${this.err}`);
      },
      { timeout: 20_000, interval: 20 },
    );
  }

  /** Sends a signal. @returns what it ends with */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | NodeJS.Signals> {
    this.child.kill(signal);
    return this.ended;
  }
}

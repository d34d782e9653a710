import { execFile } from 'node:child_process';

type Environment = Readonly<Record<string, string | undefined>>;

/** How often systemd is told what ertd is at where it does not want to be told that ertd lives, ms. */
const STATUS_MS = 30_000;
/** systemd-notify waits for systemd to have read what it says, but no longer than this, ms. */
const PATIENCE_MS = 5000;

/**
 * Tells systemd how the service fares, by its protocol (sd_notify): `READY=1` once it receives, `WATCHDOG=1` again
 * and again as long as it is alive, without which systemd starts it anew, `STATUS=` in words, and `STOPPING=1`.
 * Node.js has no datagram sockets of the kind that takes; so systemd's own program says it, and the unit has to
 * have `NotifyAccess=all`. Where no systemd listens nothing is done.
 */
export class ServiceNotifier {
  readonly #listens: boolean;
  readonly #warn: (message: string) => void;
  /** Time between two signs of life, ms: three of them would have to be lost. */
  readonly intervalMs: number;
  #busy = false;
  #failed = false;

  constructor(env: Environment, warn: (message: string) => void) {
    this.#listens = (env.NOTIFY_SOCKET ?? '') !== '';
    this.#warn = warn;
    const watchdogMs = Number(env.WATCHDOG_USEC ?? 0) / 1000;
    this.intervalMs = watchdogMs > 0 ? Math.min(watchdogMs / 3, STATUS_MS) : STATUS_MS;
  }

  ready(status: string): Promise<void> {
    return this.#send('READY=1', `STATUS=${status}`);
  }

  /** @param alive whether to keep systemd from starting the service anew */
  async tell(status: string, alive: boolean): Promise<void> {
    if (this.#busy) return; // systemd is slow: what is said later counts
    this.#busy = true;
    await this.#send(...(alive ? ['WATCHDOG=1'] : []), `STATUS=${status}`);
    this.#busy = false;
  }

  stopping(): Promise<void> {
    return this.#send('STOPPING=1', 'STATUS=Stopping');
  }

  #send(...variables: readonly string[]): Promise<void> {
    if (!this.#listens) return Promise.resolve();
    const lines = variables.map((text) => text.replaceAll('\n', ' '));
    return new Promise((resolve) => {
      execFile('systemd-notify', lines, { timeout: PATIENCE_MS }, (error) => {
        if (error !== null && !this.#failed) {
          this.#failed = true;
          this.#warn(`systemd cannot be told how ertd fares: ${error.message.trim()}`);
        }
        resolve();
      });
    });
  }
}

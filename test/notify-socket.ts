import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { vi } from 'vitest';

const SCRIPT = fileURLToPath(new URL('notify-socket.py', import.meta.url));

/** Whether systemd can be played here. */
export const canPlaySystemd = ['python3', 'systemd-notify'].every(
  (program) => spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0,
);

/** Plays systemd's side of sd_notify. Node.js has no such sockets, so it is done in Python. */
export class NotifySocket {
  readonly path: string;
  /** Variables of each message that came, such as `READY=1`, but for those of systemd-notify itself. */
  readonly messages: string[][] = [];
  readonly #python: ChildProcess;

  constructor(path: string) {
    this.path = path;
    this.#python = spawn('python3', [SCRIPT, path], { stdio: ['ignore', 'pipe', 'inherit'] });
    const lines = createInterface({ input: this.#python.stdout! });
    lines.on('line', (line) => {
      const variables = (JSON.parse(line) as string).split('\n').filter((text) => text !== '');
      const ours = variables.filter((text) => !/^(BARRIER|MAINPID)=/.test(text));
      if (ours.length > 0) this.messages.push(ours);
    });
  }

  async listening(): Promise<void> {
    await vi.waitFor(
      () => {
        if (this.messages[0]?.[0] !== 'listening') throw new Error('it does not listen yet');
      },
      { timeout: 10_000 },
    );
    this.messages.length = 0;
  }

  async close(): Promise<void> {
    this.#python.kill();
    await once(this.#python, 'exit');
  }
}

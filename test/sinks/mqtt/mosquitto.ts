import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../free-port.js';

/** Whether there is a broker to test against: Debian's package mosquitto has it. */
export const hasMosquitto = spawnSync('mosquitto', ['-h']).error === undefined;
if (!hasMosquitto) console.warn('mosquitto is not installed: the tests against a real broker are skipped');

/** A real broker on a port of its own, that can be killed and started again with what it had. */
export class Mosquitto {
  readonly port: number;
  readonly folder: string;
  readonly #lines: readonly string[];
  #process: ChildProcess | null = null;

  private constructor(port: number, lines: readonly string[]) {
    this.port = port;
    this.#lines = lines;
    this.folder = mkdtempSync(join(tmpdir(), 'ertd-mosquitto-'));
  }

  /** @param lines of its configuration, beside the port; FOLDER in them stands for its folder */
  static async prepare(lines: readonly string[] = ['allow_anonymous true']): Promise<Mosquitto> {
    return new Mosquitto(await freePort(), lines);
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.port}`;
  }

  /** @param lines in the place of those that it was prepared with */
  async run(lines = this.#lines): Promise<void> {
    const path = join(this.folder, 'mosquitto.conf');
    const text = ['user root', `listener ${this.port} 127.0.0.1`, ...lines].join('\n');
    writeFileSync(path, `${text.replaceAll('FOLDER', this.folder)}\n`);
    this.#process = spawn('mosquitto', ['-c', path], { stdio: 'ignore' });
    for (let i = 0; i < 200 && !(await this.#answers()); i++) await sleep(25);
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const child = this.#process;
    this.#process = null;
    if (child === null || child.exitCode !== null) return;
    const over = once(child, 'exit');
    child.kill(signal);
    await over;
  }

  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #answers(): Promise<boolean> {
    const socket = connect(this.port, '127.0.0.1');
    const answer = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    return answer;
  }
}

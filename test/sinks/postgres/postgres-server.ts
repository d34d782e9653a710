import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { freePort } from '../../free-port.js';

const LIB = '/usr/lib/postgresql';

/** Where the server's programs are: Debian keeps them out of the path. */
function programs(): string | null {
  const versions = existsSync(LIB) ? readdirSync(LIB).sort() : [];
  return versions.length === 0 ? null : join(LIB, versions[versions.length - 1], 'bin');
}

/** It refuses to run as root: then it runs as somebody who may do little. */
export function unprivileged(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const number = (flag: string) => Number(spawnSync('id', [flag, 'nobody'], { encoding: 'utf8' }).stdout);
  return { uid: number('-u'), gid: number('-g') };
}

const BIN = programs();
/** Whether there is a database to test against: Debian's package postgresql has it. */
export const hasPostgres = BIN !== null;
if (!hasPostgres) console.warn('PostgreSQL is not installed: the tests against a real one are skipped');

/** A real PostgreSQL on a port of its own, with nothing in it. */
export class PostgresServer {
  readonly port: number;
  readonly #folder: string;
  readonly #settings: readonly string[];
  #process: ChildProcess | null = null;

  private constructor(port: number, folder: string, settings: readonly string[]) {
    this.port = port;
    this.#folder = folder;
    this.#settings = settings;
  }

  /** @param settings beside its own, or in their place: `fsync=on` */
  static async start(settings: readonly string[] = []): Promise<PostgresServer> {
    const folder = mkdtempSync(join(tmpdir(), 'ertd-postgres-'));
    const who = unprivileged();
    if (who.uid !== undefined && who.gid !== undefined) chownSync(folder, who.uid, who.gid);
    const data = join(folder, 'data');
    const options = ['-D', data, '-A', 'trust', '-U', 'ertd', '--no-sync', '--no-locale', '-E', 'UTF8'];
    execFileSync(join(BIN ?? '', 'initdb'), options, { ...who, cwd: folder, stdio: 'ignore' });
    const server = new PostgresServer(await freePort(), folder, settings);
    await server.run();
    return server;
  }

  get url(): string {
    return `postgresql://127.0.0.1:${this.port}/ertd`;
  }

  async run(): Promise<void> {
    const data = join(this.#folder, 'data');
    const own = ['fsync=off', `unix_socket_directories=${this.#folder}`, 'shared_buffers=16MB'];
    const settings = [...own, ...this.#settings].flatMap((setting) => ['-c', setting]);
    const options = ['-D', data, '-p', String(this.port), '-h', '127.0.0.1', ...settings];
    this.#process = spawn(join(BIN ?? '', 'postgres'), options, {
      ...unprivileged(),
      cwd: this.#folder,
      stdio: 'ignore',
    });
    for (let i = 0; i < 200; i++) {
      if (
        await this.query('SELECT 1', 'postgres').then(
          () => true,
          () => false,
        )
      )
        break;
      await sleep(50);
    }
    await this.query('CREATE DATABASE ertd', 'postgres').catch(() => {});
  }

  /** Asks for a password from here on. */
  async demandPassword(user: string, password: string): Promise<void> {
    await this.query(`CREATE USER ${user} PASSWORD '${password}'`);
    await this.query(`GRANT ALL ON SCHEMA public TO ${user}`);
    const rules = join(this.#folder, 'data', 'pg_hba.conf');
    execFileSync('sed', ['-i', `1i host all ${user} 127.0.0.1/32 scram-sha-256`, rules]);
    appendFileSync(rules, '\n');
    await this.query('SELECT pg_reload_conf()');
  }

  async query<Row extends pg.QueryResultRow>(text: string, database = 'ertd'): Promise<Row[]> {
    const client = new pg.Client({ host: '127.0.0.1', port: this.port, user: 'ertd', database });
    client.on('error', () => {});
    await client.connect();
    try {
      return (await client.query<Row>(text)).rows;
    } finally {
      await client.end();
    }
  }

  /** What its processes have worked so far, s: those that run, and those that have ended. */
  processorSeconds(): number {
    const main = this.#process?.pid;
    const counts = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((name) => statOf(Number(name)))
      .filter((stat) => stat !== null && (stat.pid === main || stat.parent === main))
      .map((stat) => (stat === null ? 0 : stat.ticks + (stat.pid === main ? stat.childTicks : 0)));
    return counts.reduce((sum, ticks) => sum + ticks, 0) / 100;
  }

  async kill(signal: NodeJS.Signals = 'SIGINT'): Promise<void> {
    const child = this.#process;
    this.#process = null;
    if (child === null || child.exitCode !== null) return;
    const over = once(child, 'exit');
    child.kill(signal);
    await over;
  }

  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** A process as the kernel counts it, in hundredths of a second; null where it is gone. */
function statOf(pid: number) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ')
      .map(Number);
    return { pid, parent: fields[1], ticks: fields[11] + fields[12], childTicks: fields[13] + fields[14] };
  } catch {
    return null;
  }
}

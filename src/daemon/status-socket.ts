import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { createConnection, createServer, type Server } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { Fault, systemErrorCode } from '../errors.js';
import { type DaemonStatus, STATUS_FORMAT } from './status.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** The folder of the service, which systemd makes. */
const SERVICE_FOLDER = '/run/ertd';
/** Longest wait for a daemon's answer, ms: one that works answers within a few. */
const ANSWER_MS = 3000;

/** Where a daemon puts its socket: in the folder that systemd gives it, else in the user's own. */
export function socketFolder(env: Environment): string {
  return env.RUNTIME_DIRECTORY ?? userFolder(env);
}

/** Where sockets of daemons may be. */
export function socketFolders(env: Environment): readonly string[] {
  return [...new Set([env.RUNTIME_DIRECTORY ?? SERVICE_FOLDER, userFolder(env)])];
}

function userFolder({ XDG_RUNTIME_DIR }: Environment): string {
  if (XDG_RUNTIME_DIR !== undefined && XDG_RUNTIME_DIR !== '') return join(XDG_RUNTIME_DIR, 'ertd');
  return join(tmpdir(), `ertd-${userInfo().uid}`);
}

/** The sockets in a folder; those of dead daemons too. */
export function socketsIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => /^\d+\.sock$/.test(name))
    .map((name) => join(folder, name));
}

/** Tells everybody who connects how the daemon fares, as one JSON text. Nothing is read from them. */
export class StatusSocket {
  readonly #path: string;
  readonly #status: () => DaemonStatus;
  #server: Server | null = null;

  /** @param folder is made where it does not exist */
  constructor(folder: string, pid: number, status: () => DaemonStatus) {
    this.#path = join(folder, `${pid}.sock`);
    this.#status = status;
  }

  /** @throws what keeps it from listening; a daemon can do without */
  async start(): Promise<void> {
    const folder = join(this.#path, '..');
    mkdirSync(folder, { recursive: true, mode: 0o755 });
    refuseForeign(folder);
    rmSync(this.#path, { force: true });
    for (const path of socketsIn(folder)) void removeIfDead(path);
    const server = createServer((socket) => {
      socket.on('error', () => {}); // one who went away
      socket.end(JSON.stringify(this.#status()));
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#path, resolve);
    });
    chmodSync(this.#path, 0o666); // it tells of the radio and not of meters
    server.unref();
    this.#server = server;
  }

  stop(): void {
    this.#server?.close();
    this.#server = null;
  }
}

/** In a folder of somebody else, as anybody can make one in /tmp, a socket could be taken for ours. */
function refuseForeign(folder: string): void {
  const { uid } = statSync(folder);
  if (uid === userInfo().uid) return;
  throw new Fault('IO', `${folder} belongs to another user.`);
}

/** A process that was killed leaves its socket behind. */
async function removeIfDead(path: string): Promise<void> {
  const isDead = await askStatus(path).then(
    (status) => status === null,
    () => false,
  );
  if (isDead) rmSync(path, { force: true });
}

/**
 * Asks the daemon behind a socket how it fares.
 * @returns null where there is none any more
 * @throws Fault `SOURCE_STALLED` where it does not answer, `IO` where its answer cannot be read
 */
export async function askStatus(path: string): Promise<DaemonStatus | null> {
  const text = await new Promise<string | null>((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = createConnection(path);
    socket.setTimeout(ANSWER_MS, () => {
      reject(
        new Fault('SOURCE_STALLED', `The ertd behind ${path} does not answer: it hangs, or is stopped.`),
      );
      socket.destroy();
    });
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('end', () => resolve(Buffer.concat(chunks).toString()));
    socket.on('error', (error) => {
      const code = systemErrorCode(error);
      if (code === 'ECONNREFUSED' || code === 'ENOENT') resolve(null);
      else reject(new Fault('IO', `${path} cannot be asked: ${code ?? error.message}.`, { cause: error }));
    });
  });
  if (text === null || text === '') return null;
  const status = JSON.parse(text) as DaemonStatus;
  if (status.format === STATUS_FORMAT) return status;
  throw new Fault(
    'IO',
    `The ertd behind ${path} is of another version: start it again, then it can be asked.`,
  );
}

import { createHash, createHmac, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { chmodSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import * as z from 'zod';
import { Fault, systemErrorCode } from '../errors.js';

/** Cost of a guess: 64 MB and a tenth of a second on a PC, some tenths on a Pi (scrypt, RFC 7914). */
const SCRYPT = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 << 20 } as const;
const HASH_BYTES = 32;
/** How long a browser stays logged in, ms. */
const SESSION_MS = 30 * 86_400_000;
export const LEAST_PASSWORD_LENGTH = 10;

const fileSchema = z.strictObject({
  /** Signs the cookies of those who are logged in; a new password makes a new one, and all have to log in again. */
  key: z.string().min(32),
  password: z.strictObject({ salt: z.string(), hash: z.string() }).nullable(),
  tokens: z.array(z.strictObject({ name: z.string(), hash: z.string(), createdMs: z.number() })),
});

type AuthFile = z.infer<typeof fileSchema>;

/** Name and age of a token; itself it is not kept. */
export type TokenInfo = Omit<AuthFile['tokens'][number], 'hash'>;

const NONE: AuthFile = { key: '', password: null, tokens: [] };

/** Who may see the dashboard: one password for people, a token for each program. Hashes of them, in a file. */
export class Credentials {
  readonly #path: string;
  #known: AuthFile = { ...NONE, key: newKey() };
  /** Of the file that was read; null while there is none. */
  #state: string | null = null;

  /** @throws Fault `CONFIG` where there is a file that is none of ours, `IO` where it cannot be read */
  constructor(path: string) {
    this.#path = path;
    void this.#content;
  }

  /** Whether anybody can log in at all. */
  get exist(): boolean {
    const { password, tokens } = this.#content;
    return password !== null || tokens.length > 0;
  }

  get tokens(): readonly TokenInfo[] {
    return this.#content.tokens.map(({ name, createdMs }) => ({ name, createdMs }));
  }

  /** @throws Fault `USAGE` where it is too short, `IO` where it cannot be kept */
  async setPassword(password: string): Promise<void> {
    if (password.length < LEAST_PASSWORD_LENGTH) {
      throw new Fault(
        'USAGE',
        `The password is too short; it needs ${LEAST_PASSWORD_LENGTH} characters or more.`,
      );
    }
    const salt = randomBytes(16);
    const hash = await hashOf(password, salt);
    const kept = { salt: salt.toString('base64url'), hash: hash.toString('base64url') };
    this.#write({ ...this.#content, key: newKey(), password: kept });
  }

  async isPassword(given: string): Promise<boolean> {
    const { password } = this.#content;
    if (password === null) return false;
    const hash = await hashOf(given, Buffer.from(password.salt, 'base64url'));
    return timingSafeEqual(hash, Buffer.from(password.hash, 'base64url'));
  }

  /** @returns the token, which is shown once and never again */
  addToken(name: string, nowMs: number): string {
    if (this.#content.tokens.some((token) => token.name === name)) {
      throw new Fault('USAGE', `There is a token ${name} already; remove it first or choose another name.`);
    }
    const token = `ertd_${randomBytes(24).toString('base64url')}`;
    const tokens = [...this.#content.tokens, { name, hash: digestOf(token), createdMs: nowMs }];
    this.#write({ ...this.#content, tokens });
    return token;
  }

  /** @throws Fault `USAGE` where there is none of that name */
  removeToken(name: string): void {
    const tokens = this.#content.tokens.filter((token) => token.name !== name);
    if (tokens.length === this.#content.tokens.length) {
      throw new Fault('USAGE', `There is no token ${name}; see ertd auth list.`);
    }
    this.#write({ ...this.#content, tokens });
  }

  /** Its tokens are random and long, so that a plain hash of them tells nothing. */
  isToken(given: string): boolean {
    const digest = Buffer.from(digestOf(given));
    return this.#content.tokens.some(({ hash }) => timingSafeEqual(Buffer.from(hash), digest));
  }

  /** What a browser shows from now on instead of the password. */
  newSession(nowMs: number): { readonly cookie: string; readonly seconds: number } {
    const end = String(nowMs + SESSION_MS);
    return { cookie: `${end}.${this.#signature(end)}`, seconds: SESSION_MS / 1000 };
  }

  isSession(cookie: string, nowMs: number): boolean {
    const [end = '', signature = ''] = cookie.split('.');
    const expected = Buffer.from(this.#signature(end));
    const given = Buffer.from(signature);
    return given.length === expected.length && timingSafeEqual(given, expected) && Number(end) > nowMs;
  }

  /** What `ertd auth` has changed counts at once, also for a daemon that runs. */
  get #content(): AuthFile {
    const state = stateOf(this.#path);
    if (state !== this.#state) {
      this.#known = state === null ? { ...NONE, key: newKey() } : read(this.#path);
      this.#state = state;
    }
    return this.#known;
  }

  #signature(text: string): string {
    return createHmac('sha256', this.#content.key).update(`session ${text}`).digest('base64url');
  }

  /** In one step, so that a crash leaves the old file or the new one. */
  #write(content: AuthFile): void {
    const fresh = `${this.#path}.new`;
    try {
      writeFileSync(fresh, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
      chmodSync(fresh, 0o600);
      renameSync(fresh, this.#path);
    } catch (cause) {
      const code = systemErrorCode(cause);
      if (code === null) throw cause;
      throw new Fault('IO', `${this.#path} cannot be written (${code}); choose another http.authFile.`, {
        cause,
      });
    }
    this.#known = content;
    this.#state = stateOf(this.#path);
  }
}

/** Another one after each change: a file system's clock may stand still for some ms, but a new file is another file. */
function stateOf(path: string): string | null {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stat === undefined ? null : `${stat.mtimeNs} ${stat.ino} ${stat.size}`;
}

function read(path: string): AuthFile {
  try {
    return fileSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    const code = systemErrorCode(cause);
    if (code !== null) throw new Fault('IO', `${path} cannot be read (${code}).`, { cause });
    const what = 'is not a file of ertd auth; move it away and set the password again';
    throw new Fault('CONFIG', `${path} ${what}.`, { cause });
  }
}

function newKey(): string {
  return randomBytes(32).toString('base64url');
}

function digestOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}

function hashOf(password: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFC'), salt, HASH_BYTES, SCRYPT, (error, hash) =>
      error === null ? resolve(hash) : reject(error),
    );
  });
}

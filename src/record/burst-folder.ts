import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OutputFile, writeFault } from './output-file.js';

/** Samples and what they are, to be put into the folder. */
export interface SavedBurst {
  /** Without extension; begins with its time, so that names are in the order of their times. */
  readonly name: string;
  readonly data: Uint8Array;
  readonly meta: string;
}

/** Only files that are named so are ever deleted. */
const OURS = /^(\d{8}T\d{6}\.\d{3}Z_(?:packet|refused|anomaly)_[\w.-]+)\.sigmf-(?:data|meta)$/;
/** Bursts that may wait for the disk; a disk that is slower than the air loses the others. */
const MOST_WAITING = 16;

/** A folder of short SigMF recordings with a limit for its size: the oldest are deleted first. */
export class BurstFolder {
  readonly #path: string;
  readonly #limitBytes: number;
  readonly #onTrouble: (message: string) => void;
  #waiting = 0;
  #work: Promise<void> = Promise.resolve();
  #inTrouble = false;

  /** @param onTrouble is told when the folder cannot be written any more, and not again before it could be */
  constructor(path: string, limitBytes: number, onTrouble: (message: string) => void) {
    this.#path = path;
    this.#limitBytes = limitBytes;
    this.#onTrouble = onTrouble;
  }

  /** Puts a burst away, sooner or later. Never waits, never throws. @returns false where too many wait already */
  add(burst: SavedBurst): boolean {
    if (this.#waiting >= MOST_WAITING) return false;
    this.#waiting++;
    this.#work = this.#work.then(async () => {
      try {
        await this.#put(burst);
        this.#inTrouble = false;
      } catch (error) {
        this.#tell(error);
      }
      this.#waiting--;
    });
    return true;
  }

  /** Resolves when everything is put away. */
  async finish(): Promise<void> {
    await this.#work;
  }

  async #put({ name, data, meta }: SavedBurst): Promise<void> {
    const path = join(this.#path, name);
    await this.#makeRoom(data.length + meta.length);
    await writeFile(`${path}.sigmf-data`, data).catch((error: unknown) => {
      throw writeFault(`${path}.sigmf-data`, error);
    });
    await OutputFile.replace(`${path}.sigmf-meta`, meta);
  }

  /** Makes the folder, or finds what is in it: of this run, of an earlier one, of another radio. By name, bytes. */
  async #look(): Promise<Map<string, number>> {
    await mkdir(this.#path, { recursive: true }).catch((error: unknown) => {
      throw writeFault(this.#path, error);
    });
    const sizes = new Map<string, number>();
    for (const file of (await readdir(this.#path)).sort()) {
      const name = OURS.exec(file)?.[1];
      if (name === undefined) continue;
      const { size } = await stat(join(this.#path, file)).catch(() => ({ size: 0 }));
      sizes.set(name, (sizes.get(name) ?? 0) + size);
    }
    return sizes;
  }

  async #makeRoom(bytes: number): Promise<void> {
    const sizes = await this.#look();
    let total = bytes + [...sizes.values()].reduce((sum, size) => sum + size, 0);
    for (const [name, size] of sizes) {
      if (total <= this.#limitBytes) return;
      for (const extension of ['sigmf-meta', 'sigmf-data']) {
        await rm(join(this.#path, `${name}.${extension}`), { force: true });
      }
      total -= size;
    }
  }

  #tell(error: unknown): void {
    if (!this.#inTrouble)
      this.#onTrouble(`${error instanceof Error ? error.message : error} Bursts are lost until it can be.`);
    this.#inTrouble = true;
  }
}

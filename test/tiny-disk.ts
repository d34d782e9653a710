import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const mount = (...args: string[]): boolean => spawnSync('mount', args).status === 0;
const unmount = (folder: string): boolean => spawnSync('umount', [folder]).status === 0;

function mayMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'ertd-disk-'));
  const may = mount('-t', 'tmpfs', 'none', folder) && unmount(folder);
  rmdirSync(folder);
  return may;
}

/** Whether a disk can be made that fills up: root may, where the container lets it. */
export const hasTinyDisk = mayMount();
if (!hasTinyDisk) console.warn('Nothing can be mounted here: the tests with a full disk are skipped');

/** A disk that holds little, to be filled and emptied. */
export class TinyDisk {
  readonly folder = mkdtempSync(join(tmpdir(), 'ertd-disk-'));

  /** @param owner whose folder it is; root's where absent */
  constructor(
    kilobytes: number,
    { uid = 0, gid = 0 }: { readonly uid?: number; readonly gid?: number } = {},
  ) {
    const options = `size=${kilobytes}k,uid=${uid},gid=${gid}`;
    if (!mount('-t', 'tmpfs', '-o', options, 'none', this.folder)) throw new Error('no mount');
  }

  /** Not a byte more fits on it. */
  fill(): void {
    try {
      for (let i = 0; ; i++) writeFileSync(this.#ballast(i), Buffer.alloc(4096));
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
    }
  }

  /** There is room again. */
  empty(): void {
    spawnSync('find', [this.folder, '-name', 'ballast-*', '-delete']);
  }

  remove(): void {
    unmount(this.folder);
    rmSync(this.folder, { recursive: true, force: true });
  }

  #ballast(i: number): string {
    return join(this.folder, `ballast-${i}`);
  }
}

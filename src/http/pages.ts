import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join, posix, relative, sep } from 'node:path';
import { gzipSync } from 'node:zlib';

/** A file of the dashboard, as it is sent. */
export interface Page {
  readonly type: string;
  readonly etag: string;
  readonly plain: Uint8Array<ArrayBuffer>;
  readonly gzipped: Uint8Array<ArrayBuffer>;
  /** Whether another content would have another name. */
  readonly lasting: boolean;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webmanifest': 'application/manifest+json',
};
/** Names that the build has put a hash of the content in. */
const LASTING = /-[0-9A-Z]{8}\.(js|css)$/;
const FIRST_PAGE = '/index.html';

/**
 * The dashboard's files, all of them in memory: they are few, and what is not among them cannot be asked for, whatever
 * the path looks like.
 */
export class Pages {
  readonly #pages: ReadonlyMap<string, Page>;

  /** @param folder with the built files; without it there are no pages */
  constructor(folder: string) {
    this.#pages = new Map(filesIn(folder).map((file) => [nameOf(folder, file), pageOf(file)]));
  }

  /** The page at a path; the first one is at `/` too. */
  find(path: string): Page | null {
    return this.#pages.get(path === '/' ? FIRST_PAGE : path) ?? null;
  }
}

function filesIn(folder: string): string[] {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && TYPES[extname(entry.name)] !== undefined)
    .map((entry) => join(entry.parentPath, entry.name));
}

function nameOf(folder: string, file: string): string {
  return `/${relative(folder, file).split(sep).join(posix.sep)}`;
}

function pageOf(file: string): Page {
  const plain = Uint8Array.from(readFileSync(file));
  return {
    type: TYPES[extname(file)]!,
    etag: `"${createHash('sha256').update(plain).digest('base64url').slice(0, 16)}"`,
    plain,
    gzipped: Uint8Array.from(gzipSync(plain)),
    lasting: LASTING.test(file),
  };
}

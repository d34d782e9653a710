import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { parse, TomlError } from 'smol-toml';
import { Fault, systemErrorCode } from '../errors.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** A configuration file as it was read. */
export interface ConfigFile {
  readonly path: string;
  readonly text: string;
  readonly content: Readonly<Record<string, unknown>>;
}

/** Where a configuration file is looked for when none is named; the first that exists counts. */
export function configSearchPath(env: Environment): readonly string[] {
  const xdg = env.XDG_CONFIG_HOME;
  const home = xdg !== undefined && isAbsolute(xdg) ? xdg : join(env.HOME || homedir(), '.config');
  return ['/etc/ertd/config.toml', join(home, 'ertd', 'config.toml')];
}

/**
 * Reads the configuration file that is named, or else the first that exists of the search path.
 * @returns null where none is named and none exists
 * @throws Fault `CONFIG` for a named file that does not exist, one that cannot be read, or one that is not TOML
 */
export function readConfigFile(named: string | undefined, env: Environment): ConfigFile | null {
  for (const path of named === undefined ? configSearchPath(env) : [named]) {
    const text = textOf(path);
    if (text !== null) return { path, text, content: contentOf(path, text) };
    if (named !== undefined) {
      throw new Fault('CONFIG', `The configuration file ${path} does not exist; check --config.`);
    }
  }
  return null;
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
  } catch (cause) {
    const code = systemErrorCode(cause);
    if (code === null) throw cause;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    const why = { EISDIR: 'it is a directory', EACCES: 'permission denied' }[code] ?? code;
    throw new Fault('CONFIG', `The configuration file ${path} cannot be read: ${why}.`, { cause });
  }
}

function contentOf(path: string, text: string): Readonly<Record<string, unknown>> {
  try {
    return parse(text);
  } catch (cause) {
    if (!(cause instanceof TomlError)) throw cause;
    const why = cause.message.split('\n', 1)[0].replace(/^Invalid TOML document: /, '');
    throw new Fault('CONFIG', `${path}, line ${cause.line}, column ${cause.column}, is not TOML: ${why}.`, {
      cause,
    });
  }
}

const HEADER = /^\s*\[+\s*["']?([\w-]+)["']?\s*\]/;
const ASSIGNMENT = /^\s*["']?([\w-]+)["']?\s*(?:\.\s*["']?([\w-]+)["']?\s*)?=/;

/**
 * Finds where a key, or a section where no key is given, is set, as the TOML parser does not tell.
 * @returns the line, counted from 1, or null where it is written in a less usual way
 */
export function lineOf(text: string, section: string, key?: string): number | null {
  let current: string | null = null;
  for (const [index, line] of text.split('\n').entries()) {
    const header = HEADER.exec(line);
    if (header !== null) {
      current = header[1];
      if (key === undefined && current === section) return index + 1;
      continue;
    }
    const assignment = ASSIGNMENT.exec(line);
    if (assignment === null) continue;
    const names = [current, assignment[1], assignment[2]].filter(
      (name) => name !== null && name !== undefined,
    );
    if (names[0] === section && (key === undefined || names[1] === key)) return index + 1;
  }
  return null;
}

/** Finds the header of an item of a list of tables, `[[tariffs]]`. @returns its line, from 1, or null */
export function lineOfItem(text: string, section: string, index: number): number | null {
  const headers = text.split('\n').flatMap((line, i) => {
    const [, name] = /^\s*\[\[\s*["']?([\w-]+)["']?\s*\]\]/.exec(line) ?? [];
    return name === section ? [i + 1] : [];
  });
  return headers[index] ?? null;
}

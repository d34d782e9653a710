import { open } from 'node:fs/promises';
import { Fault, systemErrorCode } from '../errors.js';

/** Metadata of a recording is a few kB; anything much longer is a mistake or an attack. */
const MAX_METADATA_BYTES = 16 * 1024 * 1024;

export type JsonObject = Readonly<Record<string, unknown>>;

/** A `.sigmf-meta` file: its two objects that matter here, and typed access to their fields. */
export class SigmfMetadata {
  readonly path: string;
  readonly global: JsonObject;
  readonly captures: readonly JsonObject[];

  private constructor(path: string, global: JsonObject, captures: readonly JsonObject[]) {
    this.path = path;
    this.global = global;
    this.captures = captures;
  }

  /** @throws Fault `INPUT_NOT_FOUND`, `INPUT_INVALID` */
  static async read(path: string): Promise<SigmfMetadata> {
    return SigmfMetadata.#parse(path, await readText(path));
  }

  static #parse(path: string, text: string): SigmfMetadata {
    let parsed: unknown;
    try {
      parsed = JSON.parse(text);
    } catch (error) {
      // The parser quotes the text, line ends and all.
      throw invalid(path, `is broken: ${(error as Error).message.replace(/\s+/g, ' ')}`, error);
    }
    if (!isObject(parsed) || !isObject(parsed.global)) {
      throw invalid(path, 'has no "global" object, so it is not SigMF metadata');
    }
    const captures = parsed.captures ?? [];
    if (!Array.isArray(captures) || !captures.every(isObject)) {
      throw invalid(path, 'has "captures" that are not an array of objects');
    }
    return new SigmfMetadata(path, parsed.global, captures);
  }

  /** A finite number, or undefined where the field is absent. @throws Fault `INPUT_INVALID` */
  number(object: JsonObject, key: string): number | undefined {
    const value = object[key];
    if (value === undefined) return undefined;
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    throw this.wrongField(key, value, 'a number');
  }

  /** A whole number from 0; 0 where the field is absent. @throws Fault `INPUT_INVALID` */
  count(object: JsonObject, key: string): number {
    const value = object[key] ?? 0;
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
    throw this.wrongField(key, value, 'a whole number from 0');
  }

  wrongField(key: string, value: unknown, wanted: string): Fault {
    return this.invalid(`has ${key} ${shown(value)}, which should be ${wanted}`);
  }

  /** @param what continues a sentence that begins with the name of the file. */
  invalid(what: string): Fault {
    return invalid(this.path, what);
  }
}

/** A JSON value for a message; one from elsewhere may be megabytes long, or nested deeper than can be written. */
export function shown(value: unknown): string {
  if (Array.isArray(value)) return '[…]';
  if (isObject(value)) return '{…}';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

async function readText(path: string): Promise<string> {
  try {
    const handle = await open(path);
    try {
      const { size } = await handle.stat();
      if (size > MAX_METADATA_BYTES)
        throw invalid(path, `is ${size} bytes long; 16 MB is the most it may be`);
      return await handle.readFile('utf8');
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof Fault) throw error;
    if (systemErrorCode(error) === 'ENOENT') {
      const message = `SigMF metadata ${path} does not exist: it has to be beside its .sigmf-data file.`;
      throw new Fault('INPUT_NOT_FOUND', message, { cause: error });
    }
    throw invalid(path, `cannot be read (${systemErrorCode(error) ?? String(error)})`, error);
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(path: string, what: string, cause?: unknown): Fault {
  return new Fault('INPUT_INVALID', `SigMF metadata ${path} ${what}.`, { cause });
}

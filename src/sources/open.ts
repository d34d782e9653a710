import { fileURLToPath } from 'node:url';
import { Fault } from '../errors.js';
import type { Clock } from './clock.js';
import { type FileOptions, FileSource } from './file.js';
import { PacedSource } from './paced.js';
import { RtlTcpSource } from './rtltcp.js';
import type { SampleSource, SourceEvent } from './source.js';

/** Options of all kinds of source; each takes those it knows. */
export interface SourceOptions extends FileOptions {
  /** Lets a recording come at the speed of a live radio. */
  readonly realtime?: boolean | undefined;
  /** Is told of a live source's outages. */
  readonly onEvent?: ((event: SourceEvent) => void) | undefined;
  readonly clock?: Clock | undefined;
}

/** Where `rtl_tcp` listens unless told otherwise. */
const RTL_TCP_PORT = 1234;

/**
 * The source that `uri` names, not yet opened:
 *
 * ```
 * rtltcp://host:port   a dongle behind an rtl_tcp server; the port may be left out (1234)
 * file:x.cu8  x.cu8    a recording, see FileSource
 * -                    samples on standard input
 * ```
 *
 * @throws Fault `USAGE` where it names none
 */
export function sourceFromUri(uri: string, options: SourceOptions = {}): SampleSource {
  const [, scheme = '', rest = ''] = /^([a-z][a-z0-9+._-]*):(.*)$/is.exec(uri) ?? [];
  switch (scheme.toLowerCase()) {
    case 'rtltcp':
      return rtlTcpSource(uri, rest, options);
    case 'file':
      return fileSource(rest.startsWith('//') ? pathOfFileUrl(uri) : rest, options);
    default:
      // Without slashes a colon is part of a file's name.
      if (rest.startsWith('//')) throw unknownSource(`There is no kind of source called ${scheme}://`);
      return fileSource(uri, options);
  }
}

function fileSource(path: string, options: SourceOptions): SampleSource {
  if (path === '') throw unknownSource('No source is named');
  const source = new FileSource(path, options);
  return options.realtime ? new PacedSource(source, options.clock) : source;
}

function pathOfFileUrl(uri: string): string {
  try {
    return fileURLToPath(uri);
  } catch (error) {
    throw unknownSource(`${uri} names no file of this machine`, error);
  }
}

function rtlTcpSource(uri: string, rest: string, options: SourceOptions): RtlTcpSource {
  const match = /^(?:\/\/)?(?:\[([0-9a-f:.%a-z]+)\]|([^\s/:@?#[\]]+))(?::(\d+))?\/?$/i.exec(rest);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3] ?? RTL_TCP_PORT);
  if (host === undefined || port < 1 || port > 65_535)
    throw unknownSource(`${uri} is no address of an rtl_tcp server`);
  const { onEvent, clock, blockSamples } = options;
  return new RtlTcpSource({ host, port, onEvent, clock, blockSamples });
}

function unknownSource(what: string, cause?: unknown): Fault {
  const message = `${what}: a source is rtltcp://HOST:PORT, the path of a recording, or - for standard input.`;
  return new Fault('USAGE', message, { cause });
}

import { fileURLToPath } from 'node:url';
import { Fault } from '../errors.js';
import type { Clock } from './clock.js';
import { DongleSource } from './dongle.js';
import { ExecSource } from './exec.js';
import { type FileOptions, FileSource } from './file.js';
import type { LiveOptions } from './live.js';
import { PacedSource } from './paced.js';
import { RtlTcpSource } from './rtltcp.js';
import { SAMPLE_BYTES, type SampleSource, type SourceEvent } from './source.js';
import { UsbDongleSource } from './usb-dongle.js';
import type { UsbAccess } from './usb-packages.js';

/** Options of all kinds of source; each takes those it knows. */
export interface SourceOptions extends FileOptions {
  /** Lets a recording come at the speed of a live radio. */
  readonly realtime?: boolean | undefined;
  /** Is told of a live source's outages. */
  readonly onEvent?: ((event: SourceEvent) => void) | undefined;
  readonly clock?: Clock | undefined;
  /** Where the files of the machine that dongles are plugged into lie; `/` where absent. */
  readonly machineRoot?: string | undefined;
  /** Opens a dongle for `usb:`; by libusb where absent. */
  readonly usb?: UsbAccess | undefined;
}

/** Where `rtl_tcp` listens unless told otherwise. */
const RTL_TCP_PORT = 1234;

/**
 * The source that `uri` names, not yet opened:
 *
 * ```
 * rtlsdr               a dongle plugged into this machine, the first that is free
 * rtlsdr:00000042      the one with this serial, or with a serial that begins or ends like this
 * usb  usb:00000042    the same, opened by this process and not by rtl_tcp
 * rtltcp://host:port   a dongle behind an rtl_tcp server; the port may be left out (1234)
 * exec:rx_sdr -f {center} -s {rate} -      a program that writes samples to its standard output
 * file:x.cu8  x.cu8    a recording, see FileSource
 * -                    samples on standard input
 * ```
 *
 * @throws Fault `USAGE` where it names none
 */
export function sourceFromUri(uri: string, options: SourceOptions = {}): SampleSource {
  const [, scheme = '', rest = ''] = /^([a-z][a-z0-9+._-]*):(.*)$/is.exec(uri) ?? [];
  switch (scheme.toLowerCase()) {
    case 'rtlsdr':
      return new DongleSource({ ...liveOptions(options), serial: rest, machineRoot: options.machineRoot });
    case 'usb':
      return new UsbDongleSource({ ...options, serial: rest });
    case 'rtltcp':
      return rtlTcpSource(uri, rest, options);
    case 'exec':
      return execSource(rest, options);
    case 'file':
      return fileSource(rest.startsWith('//') ? pathOfFileUrl(uri) : rest, options);
    default:
      if (/^(rtlsdr|usb)$/i.test(uri)) return sourceFromUri(`${uri}:`, options);
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
  return new RtlTcpSource({ ...liveOptions(options), host, port });
}

function execSource(command: string, options: SourceOptions): ExecSource {
  const { format } = options;
  if (format !== undefined) return new ExecSource({ ...liveOptions(options), command, format });
  const formats = Object.keys(SAMPLE_BYTES).join(', ');
  throw new Fault(
    'USAGE',
    `The sample format of ${command} is not known: give it with --format (${formats}).`,
  );
}

function liveOptions({ onEvent, clock, blockSamples }: SourceOptions): LiveOptions {
  return { onEvent, clock, blockSamples };
}

function unknownSource(what: string, cause?: unknown): Fault {
  const message =
    `${what}: a source is rtlsdr, rtlsdr:SERIAL, usb:SERIAL, rtltcp://HOST:PORT, exec:COMMAND, the path of a recording, ` +
    'or - for standard input.';
  return new Fault('USAGE', message, { cause });
}

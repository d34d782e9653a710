import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Fault } from '../errors.js';
import { ChildLink } from './child-link.js';
import { ChildProgram, findProgram } from './child-program.js';
import { systemClock } from './clock.js';
import type { Link, LinkRequest } from './live.js';
import { RtlTcpConnection } from './rtltcp-connection.js';

const HOST = '127.0.0.1';
/** Blocks of 256 KiB that rtl_tcp may keep for us; by default 500. */
const BUFFERS = 32;
/** A serial that no dongle has, and no number: rtl_tcp lists all dongles and ends. */
const NO_DONGLE = 'none-of-them';
const LISTING_MS = 3000;
/** Longest that rtl_tcp may take to open the dongle and listen. */
const OPENING_MS = 8000;
const KNOCK_MS = 50;
const STALL_MS = 3000;
/** How long a connection's end may come before that of the program that caused it, ms. */
const CAUSE_MS = 250;

/** A dongle as rtl_tcp lists it. */
export interface ListedDongle {
  /** What `-d` takes. */
  readonly index: number;
  readonly serial: string;
}

/** Reads a line of rtl_tcp's list, such as `  0:  Realtek, RTL2838UHIDIR, SN: 00000001`; else null. */
export function listedDongle(line: string): ListedDongle | null {
  const [, index, serial] = /^\s*(\d+):\s.*, SN:\s*(.*?)\s*$/.exec(line) ?? [];
  return index === undefined || serial === undefined ? null : { index: Number(index), serial };
}

/** The dongles in rtl_tcp's order, which the kernel does not tell. @throws Fault `SOURCE_NOT_FOUND` */
export async function listByRtlTcp(signal: AbortSignal): Promise<ListedDongle[]> {
  const lines: string[] = [];
  const child = new ChildProgram(rtlTcpPath(), ['-d', NO_DONGLE], { onLine: (line) => lines.push(line) });
  await Promise.race([child.ended, systemClock.sleep(LISTING_MS, signal)]);
  await child.stop();
  return lines.map(listedDongle).filter((dongle) => dongle !== null);
}

/** Which dongle rtl_tcp is to open, and how to be sure that it did. */
export interface RtlTcpRequest extends LinkRequest {
  readonly dongle: ListedDongle;
}

/**
 * Has rtl_tcp open a dongle and serve it on a port of its own, and connects to it. The link is over when either
 * ends, or samples stop.
 * @throws Fault `SOURCE_NOT_FOUND`
 */
export async function openRtlTcpLink({ dongle, onSamples, signal }: RtlTcpRequest): Promise<Link> {
  const port = await freePort();
  const args = ['-a', HOST, '-p', String(port), '-n', String(BUFFERS), '-d', String(dongle.index)];
  const check = (line: string): void => {
    const listed = listedDongle(line);
    if (listed?.index === dongle.index && listed.serial !== dongle.serial) link.end(otherDongle(dongle));
  };
  const child = new ChildProgram(rtlTcpPath(), args, { onLine: check });
  const link = new ChildLink(child, signal, (how) => rtlTcpEnded(dongle, how, child.lastLine));
  const over = new AbortController();
  void link.ended.then(() => over.abort());
  const options = { host: HOST, port, headerTimeoutMs: STALL_MS, stallMs: STALL_MS, onSamples };
  const connection = await connectTo({ ...options, signal: over.signal });
  if (connection === null) {
    link.end(new Fault('SOURCE_LOST', `rtl_tcp does not open the dongle ${dongle.serial}.`));
    const { message, cause } = await link.ended;
    throw new Fault('SOURCE_NOT_FOUND', message, { retryable: true, cause });
  }
  void connection.ended.then(async (why) => {
    if (why.code !== 'SOURCE_STALLED') await sleep(CAUSE_MS);
    link.end(why.code === 'SOURCE_STALLED' ? stalled(dongle) : lost(dongle));
  });
  return { ended: link.ended, tuner: connection.tuner, tune: (tuning) => connection.tune(tuning) };
}

type ConnectionOptions = Parameters<typeof RtlTcpConnection.open>[0];

/** Knocks until the server is there. @returns null where it takes too long, or is over before that */
async function connectTo(options: ConnectionOptions): Promise<RtlTcpConnection | null> {
  const deadlineMs = performance.now() + OPENING_MS;
  while (!options.signal.aborted && performance.now() < deadlineMs) {
    try {
      return await RtlTcpConnection.open(options);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      await sleep(KNOCK_MS);
    }
  }
  return null;
}

/** A port that nobody listens on just now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, HOST);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function rtlTcpPath(): string {
  const path = findProgram('rtl_tcp');
  if (path !== null) return path;
  const message = 'The program rtl_tcp, which opens dongles, is missing: sudo apt install rtl-sdr.';
  throw new Fault('SOURCE_NOT_FOUND', message);
}

function rtlTcpEnded({ serial }: ListedDongle, how: string, lastLine: string | null): Fault {
  const said = lastLine === null || /^(Using|Found)/.test(lastLine) ? '' : `, saying "${lastLine}"`;
  let why = `rtl_tcp ended (${how})${said}`;
  if (/claim_interface error -6/.test(lastLine ?? '')) why = 'it is in use by another program';
  const message = `The dongle ${serial} sends no samples: ${why}.`;
  return new Fault('SOURCE_LOST', message, { retryable: true });
}

function lost({ serial }: ListedDongle): Fault {
  const message = `The dongle ${serial} is lost, rtl_tcp closed the connection: starting it again.`;
  return new Fault('SOURCE_LOST', message, { retryable: true });
}

function stalled({ serial }: ListedDongle): Fault {
  const message = `No samples from the dongle ${serial} for ${STALL_MS / 1000} s: opening it again.`;
  return new Fault('SOURCE_STALLED', message, { retryable: true });
}

function otherDongle({ serial }: ListedDongle): Fault {
  const message = `rtl_tcp took another dongle than ${serial}, the order has changed: opening it again.`;
  return new Fault('SOURCE_LOST', message, { retryable: true });
}

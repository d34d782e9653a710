import { Fault, systemErrorCode } from '../errors.js';
import type { Tuning } from './source.js';

/*
 * The protocol of rtl_tcp, as osmocom's server speaks it; all numbers big endian.
 *
 * server → client   "RTL0" | tuner type u32 | number of gains u32 | I Q I Q I Q …   unsigned bytes
 * client → server   op u8 | value u32                                               at any time, no answer
 */

export const HEADER_BYTES = 12;
const MAGIC = 'RTL0';

const OP = {
  frequency: 1,
  sampleRate: 2,
  gainMode: 3,
  gain: 4,
  ppm: 5,
  agc: 8,
  biasTee: 0x0e,
  /** Of rtl_tcp as https://github.com/librtlsdr/librtlsdr has it; osmocom's, and so Debian's, leaves it unheeded. */
  bandwidth: 0x40,
} as const;

/** What the protocol can say of `wanted`: whole hertz and ppm, tenths of a dB. */
export function nearestTuning(wanted: Tuning): Tuning {
  return {
    centerHz: Math.round(wanted.centerHz),
    sampleRateHz: Math.round(wanted.sampleRateHz),
    gainDb: typeof wanted.gainDb === 'number' ? Math.round(wanted.gainDb * 10) / 10 : wanted.gainDb,
    ppm: Math.round(wanted.ppm),
    ...(wanted.biasTee !== undefined && { biasTee: wanted.biasTee }),
    ...(wanted.bandwidthHz !== undefined && { bandwidthHz: Math.round(wanted.bandwidthHz) }),
  };
}

/** One command: what to set, and to what. */
type Command = readonly [op: number, value: number];

/**
 * The commands that set a dongle, as bytes: all of them, whatever an earlier client left it at, or only those
 * that change something of `before`. The correction comes before what it corrects, and the gain mode before the
 * gain, which a tuner in automatic mode ignores.
 */
export function tuningCommands(tuning: Tuning, before: Tuning | null = null): Uint8Array {
  const known = before === null ? [] : commandsOf(before);
  const commands = commandsOf(tuning).filter(
    ([op, value]) => !known.some((each) => each[0] === op && each[1] === value),
  );
  const bytes = new DataView(new ArrayBuffer(5 * commands.length));
  commands.forEach(([op, value], index) => {
    bytes.setUint8(5 * index, op);
    bytes.setInt32(5 * index + 1, value); // wraps modulo 2³², so −3 ppm and 3 GHz both come out right
  });
  return new Uint8Array(bytes.buffer);
}

function commandsOf(tuning: Tuning): readonly Command[] {
  const { centerHz, sampleRateHz, gainDb, ppm, biasTee, bandwidthHz } = nearestTuning(tuning);
  const gain: readonly Command[] =
    typeof gainDb === 'number'
      ? [
          [OP.gainMode, 1],
          [OP.gain, Math.round(gainDb * 10)],
        ]
      : [[OP.gainMode, 0]];
  return [
    [OP.ppm, ppm],
    [OP.sampleRate, sampleRateHz],
    [OP.frequency, centerHz],
    ...gain,
    [OP.agc, 0],
    ...(biasTee === undefined ? [] : ([[OP.biasTee, biasTee ? 1 : 0]] as const)),
    ...(bandwidthHz === undefined ? [] : ([[OP.bandwidth, bandwidthHz]] as const)),
  ];
}

/** Tuner chips by their number in the header. */
const TUNERS = [null, 'E4000', 'FC0012', 'FC0013', 'FC2580', 'R820T', 'R828D'];

/** The tuner's chip, as a whole header tells it; null where it tells none that is known. */
export function tunerIn(header: Uint8Array): string | null {
  const number = new DataView(header.buffer, header.byteOffset).getUint32(MAGIC.length);
  return TUNERS[number] ?? null;
}

/** Whether `bytes`, the first that a server sent, can still become a header. */
export function looksLikeHeader(bytes: Uint8Array): boolean {
  const begin = Buffer.from(bytes.subarray(0, MAGIC.length)).toString('latin1');
  return MAGIC.startsWith(begin);
}

/** `host:port` as people write it. */
export function addressOf(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Why a server could not be reached. */
export function unreachable(host: string, port: number, error: unknown): Fault {
  const address = addressOf(host, port);
  const code = systemErrorCode(error) ?? String(error);
  let message = `${address} cannot be reached (${code}): check the address and the network.`;
  if (code === 'ECONNREFUSED') {
    message = `No rtl_tcp server answers at ${address}: start one there (rtl_tcp -a ADDRESS), or correct the address.`;
  } else if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    message = `The host ${host} is not known: correct its name, or give its IP address.`;
  }
  return new Fault('SOURCE_NOT_FOUND', message, { cause: error, retryable: true });
}

/** A server that let us connect and did not send its header. */
export function noHeader(host: string, port: number, what: string): Fault {
  const message =
    `${addressOf(host, port)} ${what} without sending rtl_tcp's header: is another program connected? ` +
    'rtl_tcp serves one at a time.';
  return new Fault('SOURCE_NOT_FOUND', message, { retryable: true });
}

/** A server that sent something else. */
export function wrongHeader(host: string, port: number, bytes: Uint8Array): Fault {
  const began = JSON.stringify(Buffer.from(bytes).toString('latin1'));
  const message = `What answers at ${addressOf(host, port)} is not rtl_tcp, it began with ${began}: check the port.`;
  return new Fault('SOURCE_NOT_FOUND', message);
}

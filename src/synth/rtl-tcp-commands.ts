import { type DongleTuning, GAINS_DB } from './dongle.js';

/*
 * The server's side of the protocol of rtl_tcp; all numbers big endian.
 *
 * server → client   "RTL0" | tuner type u32 | number of gains u32 | I Q I Q I Q …   unsigned bytes
 * client → server   op u8 | value u32                                               at any time, no answer
 */

const R820T = 5;

/** What a client is sent first. */
export function header(): Uint8Array {
  const bytes = Buffer.alloc(12);
  bytes.write('RTL0', 'latin1');
  bytes.writeUInt32BE(R820T, 4);
  bytes.writeUInt32BE(GAINS_DB.length, 8);
  return bytes;
}

export const COMMAND_BYTES = 5;

/** How a command changes the tuning; by its number. Other commands change nothing that is simulated. */
const CHANGES: Readonly<Record<number, (value: number) => Partial<DongleTuning>>> = {
  1: (value) => ({ centerHz: value >>> 0 }),
  2: (value) => ({ sampleRateHz: value >>> 0 }),
  // Automatic gain, or that of the last command, whichever it was: a client sets it after this one.
  3: (value) => (value === 0 ? { gainDb: 'auto' } : {}),
  4: (value) => ({ gainDb: value / 10 }),
  5: (value) => ({ ppm: value }),
  13: (value) => (value >= 0 && value < GAINS_DB.length ? { gainDb: GAINS_DB[value] } : {}),
};

/** Puts commands together from bytes as they arrive. */
export class CommandReader {
  #rest: Uint8Array = new Uint8Array(0);

  /** @returns what the commands that are complete now change, in their order and all in one */
  read(bytes: Uint8Array): Partial<DongleTuning> {
    const all = Buffer.concat([this.#rest, bytes]);
    const whole = all.length - (all.length % COMMAND_BYTES);
    let change: Partial<DongleTuning> = {};
    for (let at = 0; at < whole; at += COMMAND_BYTES) {
      change = { ...change, ...CHANGES[all.readUInt8(at)]?.(all.readInt32BE(at + 1)) };
    }
    this.#rest = all.subarray(whole);
    return change;
  }
}

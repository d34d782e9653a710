import { bitsOf, bitsOfHex } from '../decode/bits.js';
import { idmFrame } from '../decode/protocols/idm-family.js';
import { scm } from '../decode/protocols/scm.js';
import { scmPlus } from '../decode/protocols/scm-plus.js';
import { Fault } from '../errors.js';
import { checkOf } from './decode-check.js';
import { chipsOfSymbols, r900FromChips, r900FromData, r900FromSymbols } from './decode-r900.js';

const KINDS = ['scm', 'scm+', 'idm', 'r900'] as const;
export type Kind = (typeof KINDS)[number];

/** A packet as somebody typed it, brought to its whole length. */
export interface TypedPacket {
  readonly kind: Kind;
  /** As the layout counts them: 96, 128 or 736 symbols; of R900 the 80 bits of data and the 25 of parity. */
  readonly bits: Uint8Array;
  /** As the parser takes them: the same, but of R900 the 232 chips. */
  readonly symbols: Uint8Array;
  /** R900: symbols whose chips are no digits. */
  readonly erased: readonly number[];
  /** Whether the check was typed too; where not, it is computed and says nothing. */
  readonly checked: boolean;
}

/** One way to write a packet: so many bits, the first of which are known. */
interface Form {
  readonly kind: Kind;
  readonly length: number;
  /** What it begins with. */
  readonly start: string;
  /** Known bits that were left away. */
  readonly before: string;
  /** Zero bits that fill up bytes may stand before and behind; only where the start tells where it is. */
  readonly padded: boolean;
  /** Taken without being asked for only where its check agrees: another form is as long. */
  readonly onlyIfRight?: true;
}

const IDM = idmFrame.sync;
const PREAMBLE_CHIPS = chipsOfSymbols(new Uint8Array(0)).join('');

/** The first one that fits counts. */
const FORMS: readonly Form[] = [
  form('scm', 96, scm.sync, ''),
  { ...form('scm', 80, '00000', scm.sync.slice(0, 16)), padded: false, onlyIfRight: true },
  { ...form('scm', 75, '', scm.sync), padded: false },
  form('scm+', 128, scmPlus.sync, ''),
  form('scm+', 112, scmPlus.sync.slice(16), scmPlus.sync.slice(0, 16)),
  form('idm', 736, IDM, ''),
  form('idm', 720, IDM.slice(16), IDM.slice(0, 16)),
  form('idm', 704, IDM.slice(32), IDM.slice(0, 32)),
  form('r900', 232, PREAMBLE_CHIPS, ''),
  { ...form('r900', 168, '', PREAMBLE_CHIPS), padded: false },
  { ...form('r900', 105, '', ''), padded: false },
  { ...form('r900', 80, '', ''), padded: false },
];
const MOST_PADDING = 7;
/** Share of a start that may be wrong: it is a packet that was damaged there. */
const DAMAGE = 0.15;

function form(kind: Kind, length: number, start: string, before: string): Form {
  return { kind, length, start, before, padded: true };
}

const LENGTHS =
  'SCM has 12 bytes (f953…) or 10, SCM+ 16 (16a31e…) or 14, IDM 92 (5555…), 90 or 88 (1c5c…), R900 10 bytes of data or 232 chips';

/**
 * Reads a packet of hexadecimal digits, or of zeros and ones where it is as long as one is in bits.
 * @param kind the only one that it may be
 * @throws Fault `USAGE`
 */
export function readPacket(text: string, kind?: Kind): TypedPacket {
  // A length in braces is how rtl_433 writes packets.
  const digits = text.replace(/^\{\d+\}|^0x/i, '').replace(/[\s:_,|-]/g, '');
  if (digits === '')
    throw new Fault('USAGE', 'There are no digits; write a packet like f953005c01e240bc614e5517.');
  const strange = /[^0-9a-f]/i.exec(digits);
  if (strange !== null)
    throw new Fault(
      'USAGE',
      `"${strange[0]}" is neither a hexadecimal digit nor a bit; write a packet like f953005c01e240bc614e5517.`,
    );
  const ways = /^[01]+$/.test(digits) ? [bitsOf(digits), bitsOfHex(digits)] : [bitsOfHex(digits)];
  for (const bits of ways) {
    for (const one of FORMS) {
      if (kind !== undefined && one.kind !== kind) continue;
      const at = placeOf(bits, one);
      if (at === null) continue;
      const packet = complete(one, bits.subarray(at, at + one.length));
      if (kind !== undefined || one.onlyIfRight !== true || checkOf(packet).agrees) return packet;
    }
  }
  throw new Fault('USAGE', noPacket(digits, ways, kind));
}

function noPacket(digits: string, ways: readonly Uint8Array[], kind?: Kind): string {
  const sizes = ways.map(({ length }) =>
    length === digits.length ? `${length} bits` : `${length / 8} bytes`,
  );
  const name = kind === undefined ? 'packet' : `${kind.toUpperCase()} packet`;
  return `${sizes.join(' or ')} that begin with ${digits.slice(0, 6)} are no ${name}; ${LENGTHS}.`;
}

/** Where in the bits the form begins, with nothing but zeros around it; null where it does not. */
function placeOf(bits: Uint8Array, { length, start, padded }: Form): number | null {
  const most = padded ? MOST_PADDING : 0;
  if (bits.length < length || bits.length > length + 2 * most) return null;
  let best: number | null = null;
  let least = Math.floor(DAMAGE * start.length) + 1;
  for (let at = 0; at <= Math.min(most, bits.length - length); at++) {
    const around = [...bits.subarray(0, at), ...bits.subarray(at + length)];
    if (around.includes(1) || bits.length - length - at > most) continue;
    const wrong = [...start].filter((bit, i) => Number(bit) !== bits[at + i]).length;
    if (wrong >= least) continue;
    least = wrong;
    best = at;
  }
  return best;
}

function complete({ kind, before, length }: Form, typed: Uint8Array): TypedPacket {
  const bits = Uint8Array.from([...bitsOf(before), ...typed]);
  if (kind !== 'r900') return { kind, bits, symbols: bits, erased: [], checked: true };
  if (length === 80) return r900FromData(bits);
  return length === 105 ? r900FromSymbols(bits) : r900FromChips(bits);
}
